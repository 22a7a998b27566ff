// Single keys, only while nobody writes: Vietnamese input methods use letters, so a field is never touched.
import { $, $$, isField, on } from "./dom.js";

const CURRENT = "is-current";
let going = -Infinity; // when "g" was pressed

export function startKeyboard() {
  on("click", "[data-keys]", () => showKeys());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isField(event.target) || $("dialog[open]")) return;
    if (press(event)) event.preventDefault();
  });
}

function press(event) {
  const key = event.key;
  if (performance.now() - going < 1500) {
    going = -Infinity;
    return click(`[data-go="${CSS.escape(key.toLowerCase())}"]`);
  }
  if (key === "g") return Boolean((going = performance.now()));
  if (key === "?") return showKeys();
  if (key === "/") return focus("[data-search]") || click('[data-go="p"]');
  if (key === "u") return click("[data-updates]:not([hidden]) [data-updates-apply]");
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  if (key === "x") return click(`.${CURRENT} input[type=checkbox]`);
  if (key === "Enter" && !event.target.closest("a, button, summary, [tabindex]:not(main)"))
    return click(`.${CURRENT} .row-link, .${CURRENT} a`);
  // Any other key a page offers: <button data-key="a">.
  return key.length === 1 && click(`[data-key="${CSS.escape(key)}"]`);
}

function click(selector) {
  const found = $$(selector).find((element) => !element.disabled && element.checkVisibility());
  found?.click();
  return Boolean(found);
}

function focus(selector) {
  const found = $(selector);
  found?.focus();
  found?.select?.();
  return Boolean(found);
}

/** Rows are the elements marked data-row; j and k walk them. */
function move(step) {
  const rows = $$("[data-row]").filter((row) => row.checkVisibility());
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.classList.contains(CURRENT));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows[at]?.classList.remove(CURRENT);
  next.classList.add(CURRENT);
  next.scrollIntoView({ block: "nearest" });
  $(".row-link, a", next)?.focus({ preventScroll: true });
  next.dispatchEvent(new CustomEvent("row:current", { bubbles: true }));
  return true;
}

function showKeys() {
  const sheet = $("#keys");
  if (!sheet) return false;
  const list = $("[data-keys-go]", sheet);
  list.replaceChildren(...$$("[data-go]").map((link) => row(link.textContent, ["g", link.dataset.go])));
  const own = $$("[data-key]").map((element) => row(
    element.getAttribute("aria-label") ?? element.textContent.replace(element.dataset.key, ""), [element.dataset.key],
  ));
  const named = $$("kbd[data-shortcut]").map((key) => row(key.dataset.shortcut, key.textContent.split(" ")));
  list.append(...own, ...named);
  sheet.showModal();
  return true;
}

function row(label, keys) {
  const item = document.createElement("li");
  const held = document.createElement("span");
  held.append(...keys.flatMap((key) => [Object.assign(document.createElement("kbd"), { textContent: key }), " "]));
  item.append(label.trim(), held);
  return item;
}

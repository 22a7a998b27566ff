// A field with suggestions, after the ARIA combobox pattern:
// <div class="combobox">
//   <input role="combobox" aria-controls="ID" hx-get=… hx-trigger="input changed delay:400ms" hx-target="#ID">
//   <input type="hidden" name=…><div class="options" id="ID" role="listbox"></div></div>
// The server answers <div role="option" data-value="17">…</div>; data-label is what the field then shows.
import { $, $$, announce, on } from "./dom.js";
import { say } from "./words.js";

const parts = (element) => {
  const box = element.closest(".combobox");
  return { box, input: $("[role=combobox]", box), list: $("[role=listbox]", box), value: $("input[type=hidden]", box) };
};

function close({ input, list }) {
  list.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  const own = parts(option);
  own.input.value = option.dataset.label ?? option.textContent.trim();
  if (own.value) own.value.value = option.dataset.value ?? "";
  close(own);
  own.box.dispatchEvent(new CustomEvent("combobox:choose", { bubbles: true, detail: { ...option.dataset } }));
}

function mark({ input, list }, step) {
  const options = $$("[role=option]", list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = options[(at + step + options.length) % options.length];
  options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

export function startComboboxes() {
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!detail.target.matches?.(".options[role=listbox]")) return;
    const options = $$("[role=option]", detail.target);
    options.forEach((option, i) => { option.id ||= `${detail.target.id}-${i}`; });
    parts(detail.target).input.setAttribute("aria-expanded", String(options.length > 0));
    if (!options.length && parts(detail.target).input.value) announce(say("none"));
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[role=combobox]") || event.isComposing || event.keyCode === 229) return;
    const own = parts(event.target);
    const chosen = $("[aria-selected=true]", own.list);
    if (!own.list.children.length) return;
    if (event.key === "ArrowDown") mark(own, 1);
    else if (event.key === "ArrowUp") mark(own, chosen ? -1 : 0);
    else if (event.key === "Enter" && chosen && !event.ctrlKey) choose(chosen);
    else if (event.key === "Escape") close(own);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[role=combobox]") && parts(target).value) parts(target).value.value = "";
  });
  on("mousedown", ".options [role=option]", (event, option) => { event.preventDefault(); choose(option); });
  document.addEventListener("focusout", ({ target }) => {
    if (target.matches?.("[role=combobox]")) close(parts(target));
  });
}

// The inbox and the ticket page: a move's form in a dialog, rows to choose, the wording a citizen will read.
import { $, $$, isField, on } from "./dom.js";

// A move's form arrives in the dialog; without this script the same address is a page of its own.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const dialog = detail.target.id === "move-body" && detail.target.closest("dialog");
  if (!dialog) return;
  $$("details.menu[open]").forEach((menu) => { menu.open = false; });
  if (!dialog.open) dialog.showModal();
  mirrorAll(dialog);
  const first =
    $(".has-error :is(input, select, textarea)", dialog) ?? $("select, textarea, input:not([type=hidden])", dialog);
  (first ?? $("button.primary", dialog))?.focus();
});
on("click", "dialog [data-close-move]", (event, link) => {
  event.preventDefault();
  link.closest("dialog").close();
});

// What the citizen will read, word by word.
const mirror = (shown) => {
  const field = document.getElementById(shown.dataset.mirror);
  if (field) shown.textContent = field.value;
};
const mirrorAll = (root) => $$("[data-mirror]", root).forEach(mirror);
document.addEventListener("input", ({ target }) => $$(`[data-mirror="${CSS.escape(target.id)}"]`).forEach(mirror));

// Rows to choose.
const boxes = () => $$("[data-select]");
function count() {
  const bar = $("[data-selection]");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked).length;
  bar.hidden = !chosen;
  $("[data-selection-count]", bar).textContent = chosen;
  const all = $("[data-select-all]");
  if (all) Object.assign(all, {
    checked: chosen > 0 && chosen === boxes().length, indeterminate: chosen > 0 && chosen < boxes().length,
  });
}
function choose(checked) {
  boxes().forEach((box) => { box.checked = checked; });
  count();
}
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-select-all]")) choose(target.checked);
  else if (target.matches("[data-select]")) count();
});
on("click", "[data-select-none]", () => choose(false));
document.addEventListener("htmx:afterSettle", count);
addEventListener("pageshow", count);

// A key that leads into a field: <textarea data-key-focus="i">.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey
    || isField(event.target) || $("dialog[open]")) return;
  const field = event.key.length === 1 && $(`[data-key-focus="${CSS.escape(event.key)}"]`);
  if (field) { event.preventDefault(); field.focus(); }
});
// Ctrl+Enter sends the form one is writing in.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && event.target.form?.matches("[data-ctrl-enter]"))
    event.target.form.requestSubmit();
});

// On a phone the views are one line: the one that is open is in sight.
$(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A field with suggestions, after the ARIA combobox pattern (a list whose entries are chosen by hand): typing chooses
// nothing. ↓ opens the list and moves to its first entry, then on; ↑ from the end; Enter takes the entry that is
// marked and nothing else; Escape closes. A click does what Enter does, and leaves the focus in the same place.
// <div class="combobox" [data-next="#id": where the focus goes once chosen; else it stays, for more words]>
//   <input role="combobox" aria-controls="ID" hx-get=… hx-trigger="input changed delay:400ms, combobox:open"
//     hx-target="#ID">
//   <input type="hidden" name=…><div class="options" id="ID" role="listbox"></div></div>
// The server answers <div role="option" data-value="17">…</div>; data-label is what the field then shows.
import { $, $$, announce, on } from "./dom.js";
import { say } from "./words.js";

const parts = (element) => {
  const box = element.closest(".combobox");
  return { box, input: $("[role=combobox]", box), list: $("[role=listbox]", box), value: $("input[type=hidden]", box) };
};
const marked = ({ list }) => $("[aria-selected=true]", list);

function close({ input, list }) {
  list.replaceChildren();
  delete input.dataset.awaits;
  unmark({ input, list });
  input.setAttribute("aria-expanded", "false");
}

function unmark({ input, list }) {
  marked({ list })?.removeAttribute("aria-selected");
  input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  const own = parts(option);
  delete own.input.dataset.typed;
  own.input.value = option.dataset.label ?? option.textContent.trim();
  if (own.value) own.value.value = option.dataset.value ?? "";
  close(own);
  (own.box.dataset.next ? $(own.box.dataset.next) : own.input).focus();
  own.box.dispatchEvent(new CustomEvent("combobox:choose", { bubbles: true, detail: { ...option.dataset } }));
}

function mark(own, step) {
  const options = $$("[role=option]", own.list), from = marked(own);
  const at = from ? options.indexOf(from) : step > 0 ? -1 : 0;
  const next = options[(at + step + options.length) % options.length];
  unmark(own);
  next.setAttribute("aria-selected", "true");
  own.input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

const isCurrent = (input) => (input.dataset.asked ?? "") === input.value;

/** A list for other words than those that stand there is not walked: its entry is marked when the right one comes. */
function walk(own, step) {
  const { input, list } = own;
  if (list.children.length && isCurrent(input)) return mark(own, step);
  input.dataset.awaits = String(step);
  const isComing = input.matches(".htmx-request") || ("typed" in input.dataset && !isCurrent(input));
  if (!isComing) htmx.trigger(input, "combobox:open");
}

function shown(own) {
  const { input, list } = own, step = isCurrent(input) && input.dataset.awaits;
  const isWanted = input === document.activeElement && (isCurrent(input) || "typed" in input.dataset);
  if (!isWanted) return close(own); // it came too late
  const options = $$("[role=option]", list);
  options.forEach((option, i) => { option.id ||= `${list.id}-${i}`; });
  input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", String(options.length > 0));
  if (!options.length && input.value) announce(say("none"));
  if (options.length && step) mark(own, Number(step));
}

/** Whether the key meant something to the list. */
function press(own, { key, ctrlKey }) {
  if (key === "ArrowDown") walk(own, 1);
  else if (key === "ArrowUp" && own.list.children.length) walk(own, -1);
  else if (key === "Enter" && own.input.dataset.awaits && !ctrlKey) return true; // what is not seen yet is not taken
  else if (key === "Enter" && marked(own) && !ctrlKey) choose(marked(own));
  else if (key === "Escape" && own.list.children.length) close(own);
  else return false;
  return true;
}

/** `instead(input)`: a page may have something better to offer for ↓; true when it had. */
export function startComboboxes(instead = () => false) {
  const isOne = (element) => element?.matches?.("[role=combobox]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (!isOne(elt)) return;
    const isChosen = requestConfig.triggeringEvent?.type === "input" && !("typed" in elt.dataset);
    if (isChosen) return event.preventDefault(); // meanwhile an entry was taken
    elt.dataset.asked = elt.value;
    delete elt.dataset.typed;
  });
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.matches?.(".options[role=listbox]")) shown(parts(target));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
    if (isOne(elt) && isCurrent(elt)) delete elt.dataset.awaits; // also where no list came
  });
  document.addEventListener("keydown", (event) => {
    if (!isOne(event.target) || event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) return;
    if (!(event.key === "ArrowDown" && instead(event.target)) && !press(parts(event.target), event)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("input", ({ target }) => {
    if (!isOne(target)) return;
    const own = parts(target);
    target.dataset.typed = "";
    unmark(own);
    if (own.value) own.value.value = "";
  });
  on("mousedown", ".options [role=option]", (event, option) => { event.preventDefault(); choose(option); });
  document.addEventListener("focusout", ({ target }) => { if (isOne(target)) close(parts(target)); });
}

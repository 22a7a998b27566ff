// Short messages. Errors stay until dismissed; the rest leave after eight seconds unless somebody is reading them.
import { $, $$, icon, on } from "./dom.js";
import { say } from "./words.js";

const SHAPES = {
  success: "circle-check", warning: "alert-triangle", error: "filled-alert-octagon", info: "info-circle",
};
const STAY = 8000;

/** Show `text`; `action` is an optional { label, run }. */
export function toast(text, level = "info", action = null) {
  const box = document.createElement("div");
  box.className = `toast ${level}`;
  const words = document.createElement("span");
  words.textContent = text;
  box.append(icon(SHAPES[level]), words);
  if (action) box.append(button("link-button", action.label, action.run));
  const close = button("", "", () => box.remove());
  close.setAttribute("aria-label", say("dismiss"));
  close.append(icon("x"));
  box.append(close);
  $("#toasts")?.append(box);
  return box;
}

function button(className, text, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.addEventListener("click", run);
  return made;
}

function leave(box) {
  if (box.dataset.leaving || box.matches(".error, .warning") || box.querySelector(".link-button")) return;
  box.dataset.leaving = "yes";
  const wait = () => setTimeout(() => (box.matches(":hover, :focus-within") ? wait() : box.remove()), STAY);
  wait();
}

export function startToasts() {
  const box = $("#toasts");
  if (!box) return;
  on("click", "[data-dismiss]", (_, element) => element.closest(".toast, .note")?.remove());
  const watch = () => $$(".toast", box).forEach(leave);
  new MutationObserver(watch).observe(box, { childList: true });
  watch();
}

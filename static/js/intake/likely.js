// Likely duplicates and the other pieces that come while one types. F8 goes to the duplicates and back; what comes
// takes the focus from nobody and moves no field under a hand; where the console is one column the duplicates stand
// right under the place, not below the whole form.
import { $, announce } from "../dom.js";
import { say } from "../words.js";

const ONE_COLUMN = matchMedia("(max-width: 1023px)");

/** Returns what F8 does. */
export function startLikely(form) {
  let field = form().elements.phone; // the one in hand, or that was in hand last
  let held = false, top = null;
  const list = () => $("#duplicates");
  const back = () => (field.isConnected && field.checkVisibility() ? field : form().elements.body).focus();

  function arrange() {
    $(ONE_COLUMN.matches ? "#likely-here" : "#likely-aside").append($("#likely"));
  }
  ONE_COLUMN.addEventListener("change", arrange);
  arrange();

  document.addEventListener("focusin", ({ target }) => {
    if (target.form === form() && !list().contains(target)) field = target;
  });
  document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
    const now = document.activeElement;
    held = target.contains(now);
    top = !held && form().contains(now) ? now.getBoundingClientRect().top : null;
  });
  document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
    if (top !== null) scrollBy(0, document.activeElement.getBoundingClientRect().top - top);
    const fresh = document.getElementById(target.id);
    if (!held || fresh.contains(document.activeElement)) return;
    const button = $("button", fresh);
    if (button) button.focus();
    else back();
  });

  return () => {
    const button = $("button", list());
    if (!button) announce(say("noLikely"));
    if (button && !list().contains(document.activeElement)) button.focus();
    else back();
  };
}

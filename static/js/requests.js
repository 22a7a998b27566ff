// What every htmx request obeys: the CSRF token, morphing, and plain words when something failed.
import { Idiomorph } from "idiomorph";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const STYLES = { morph: "outerHTML", "morph:outerHTML": "outerHTML", "morph:innerHTML": "innerHTML" };

let live = false; // the answer being shown was asked for by a topic, not by a person

/** What a person opened stays open, and what they typed outlives whatever a topic brings. */
const callbacks = {
  beforeNodeMorphed: (node, fresh) => {
    if (node.matches?.("form[data-dirty]")) follow(node, fresh);
    return !node.matches?.("form[data-dirty], [data-keep]") && !(live && typed(node));
  },
  beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details, dialog")),
};

/** Who asked for the news has read it: the words stay, and are sent for what the page now shows. */
function follow(form, fresh) {
  const [old, now] = [form, fresh].map((one) => one.querySelector?.("input[type=hidden][name=version]"));
  if (old && now) old.value = now.value;
}

const typed = (node) => Boolean(
  node.matches?.("input:not([type=checkbox], [type=radio], [type=hidden]), textarea")
    && node.value !== node.defaultValue,
);

/** A region as a topic brought it, without being asked for. */
export function showPiece(region, html) {
  live = true;
  const eventInfo = { target: region, elt: region, requestConfig: { elt: region } };
  htmx.swap(region, html, { swapStyle: region.getAttribute("hx-swap"), swapDelay: 0, settleDelay: 20 },
    { contextElement: region, eventInfo });
}

export function startRequests() {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => STYLES[style] === "outerHTML",
    handleSwap: (style, target, fragment) =>
      STYLES[style] ? Idiomorph.morph(target, fragment.children, { morphStyle: STYLES[style], callbacks }) : false,
  });
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
  });
  // A whole page in place of a fragment means that the session ended: show that page instead.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    live = requestConfig.triggeringEvent?.type === "live";
    const form = requestConfig.elt.closest?.("form");
    if (form) delete form.dataset.dirty; // this is the answer to what was typed
    if (target !== document.body && /^\s*<!doctype/i.test(xhr.responseText)) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:sendError", (event) => tell(event, say("failed")));
  document.addEventListener("htmx:timeout", (event) => tell(event, say("failed")));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    const id = event.detail.xhr.getResponseHeader("X-Request-ID");
    const words = status === 403 ? say("refusedAction") : status < 500 ? say("stale") : say("server");
    tell(event, id && status >= 500 ? `${words} (${say("code", { id: id.slice(0, 8) })})` : words);
  });
}

/** Live regions report their own trouble by the link state; a person's own act deserves an answer. */
function tell(event, words) {
  if (event.detail.requestConfig?.triggeringEvent?.type !== "live") toast(words, "error");
}

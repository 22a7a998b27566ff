// Forms: sent once, known as changed, told where the errors are.
import { $, $$, on } from "./dom.js";

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sending) return event.preventDefault();
    if (event.defaultPrevented && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
    sending(form, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (!form) return;
    sending(form, false);
    if (event.detail.successful) delete form.dataset.dirty;
  });
  addEventListener("pageshow", () => $$("form[data-sending]").forEach((form) => sending(form, false)));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method !== "get" && form.method !== "dialog") form.dataset.dirty = "yes";
  });
  on("change", "select[data-submit]", (_event, select) => select.form.requestSubmit());
  on("click", ".error-summary a", (event, link) => {
    const field = $(link.hash);
    if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
  });
  startMenus();
  fillFromHash();
  $(".error-summary")?.focus();
}

/** `<input data-from-hash>` takes its value from what stands behind the "#…=" of a scanned address, which no server is
 * sent, and clears it away. */
function fillFromHash() {
  const field = $("[data-from-hash]");
  const given = location.hash.split("=")[1];
  if (!field || !given) return;
  field.value = given;
  history.replaceState(null, "", location.pathname);
}

/** A second press does nothing; `name=request_id` gives the server the same name for the same act. */
function sending(form, busy) {
  if (busy) {
    const id = $("input[name=request_id]", form);
    if (id && !id.value) id.value = uuid();
    form.dataset.sending = "yes";
  } else delete form.dataset.sending;
  $$("button:not([type=button]), input[type=submit]", form)
    .forEach((button) => button.setAttribute("aria-busy", String(busy)));
}

/** crypto.randomUUID exists only under HTTPS; an office network may have none. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes]
    .map((byte, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

function startMenus() {
  document.addEventListener("click", (event) => {
    $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
  });
  on("click", "[data-open]", (_, button) => $(`#${button.dataset.open}`)?.showModal());
  on("click", "[data-close]", (_, button) => button.closest("dialog")?.close());
}

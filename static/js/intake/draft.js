// What is typed is kept: on the server 1.5 s after the last change and when a field is left; while the network is
// away, in this tab. Nothing is kept of an empty form, and nothing after it was sent.
import { $ } from "../dom.js";
import { clock } from "../words.js";

const PAUSE = 1500;
const LOCAL = "intake-draft";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "request_id", "draft", "category_words"]);
const TYPED = ["phone", "name", "body", "category", "address", "no_place_reason", "unit_reason"];

export function createDraft(form, url) {
  let timer = 0, flying = null, kept = "", closed = false;
  const token = () => form().elements.draft.value;
  const values = () => Object.fromEntries([...new FormData(form())].filter(([name]) => !NOT_KEPT.has(name)));
  const isBlank = (fields) => TYPED.every((name) => !fields[name]?.trim());

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  async function save({ leaving = false } = {}) {
    clearTimeout(timer);
    const fields = values(), text = JSON.stringify(fields);
    if (closed || text === kept || isBlank(fields)) return;
    flying?.abort();
    const mine = (flying = new AbortController());
    try {
      const answer = await fetch(`${url}${token()}/`, {
        method: "PUT", body: JSON.stringify({ fields }), keepalive: leaving, signal: mine.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": $("meta[name=csrf-token]").content },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      kept = text;
      sessionStorage.removeItem(LOCAL);
      told("saved");
    } catch (error) {
      if (error.name === "AbortError") return;
      sessionStorage.setItem(LOCAL, JSON.stringify({ token: token(), fields }));
      told("local");
    }
  }

  function told(how) {
    const line = $("#saved");
    line.textContent = line.dataset[how].replace("{time}", clock(new Date()));
    line.classList.toggle("warn-text", how === "local");
  }

  /** Put back what this tab kept while the network was away. */
  function restore() {
    const stored = JSON.parse(sessionStorage.getItem(LOCAL) ?? "null");
    if (!stored || !isBlank(values())) return false;
    for (const [name, value] of Object.entries(stored.fields)) put(form().elements[name], value);
    form().elements.draft.value = stored.token;
    changed();
    return true;
  }

  function put(field, value) {
    if (field?.type === "checkbox") field.checked = true;
    else if (field) field.value = value;
  }

  return {
    changed, save, restore,
    close: () => { closed = true; clearTimeout(timer); flying?.abort(); sessionStorage.removeItem(LOCAL); },
    open: () => { closed = false; },
    pause: () => { closed = true; clearTimeout(timer); flying?.abort(); },
  };
}

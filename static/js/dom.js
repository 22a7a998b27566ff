export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Listen once on the document for events inside elements that match `selector`, now or later. */
export function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(event, found);
  });
}

/** Whether a person is writing: then single keys are letters, and regions hold still. */
export const isField = (element) =>
  Boolean(element?.matches?.(
    "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, " +
    "[contenteditable]:not([contenteditable=false])",
  ));

let sprite;
/** The icon `name` as an element; the address of the sprite is read off an icon that the server wrote. */
export function icon(name) {
  sprite ??= $("svg.icon use")?.getAttribute("href").split("#")[0] ?? "/static/dist/icons.svg";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Change what an icon shows. */
export function setIcon(holder, name) {
  const use = $("svg.icon use", holder);
  if (use) use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
}

/** Say something to screen readers, politely. */
export function announce(text) {
  const region = $("[data-announce]");
  if (region) region.textContent = text;
}

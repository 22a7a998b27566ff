// What Django's admin leaves out: fields in tables are called what their column says, fields that are searched
// (select2) what their label says, and a column without a head has no empty one. It makes them when it pleases.
function name() {
  for (const head of document.querySelectorAll("#content thead th:empty"))
    head.replaceWith(document.createElement("td"));
  for (const field of document.querySelectorAll("td :is(input, select):not([type=hidden], [aria-label])"))
    if (!field.labels?.length && headOf(field)) field.setAttribute("aria-label", headOf(field));
  for (const box of document.querySelectorAll("select.admin-autocomplete + .select2-container")) {
    const field = box.previousElementSibling;
    const words = field.labels[0]?.textContent.trim().replace(/:$/, "") ?? headOf(field);
    for (const part of box.querySelectorAll(".select2-selection__rendered, .select2-search__field"))
      part.setAttribute("aria-label", words);
  }
}

/** The head of the column of a field. */
function headOf(field) {
  const cell = field.closest("td");
  return cell.closest("table").rows[0]?.cells[cell.cellIndex]?.textContent.trim() ?? "";
}

name();
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });

// Many boxes to tick: narrowed by typing, those that are ticked are named above.
import { $, $$, on } from "./dom.js";

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
on("input", ".unit-choice [data-narrow]", (_event, field) => {
  const asked = plain(field.value);
  $$(".unit-boxes label", field.closest(".unit-choice"))
    .forEach((label) => { label.hidden = !plain(label.textContent).includes(asked); });
});
on("change", ".unit-choice input[type=checkbox]", (_event, box) => {
  const choice = box.closest(".unit-choice");
  const named = $("[data-chosen]", choice);
  const ticked = $$(".unit-boxes input:checked", choice).map((one) => one.parentElement.textContent.trim());
  named.textContent = ticked.join(", ") || named.dataset.chosen;
});

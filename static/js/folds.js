// Long parts of a page: <details data-open-wide> is folded on a phone, open where there is room.
import { $$ } from "./dom.js";

const ROOM = matchMedia("(min-width: 48rem)");

export function startFolds() {
  const folds = $$("details[data-open-wide]");
  folds.forEach((fold) => { fold.open = ROOM.matches; });
  addEventListener("beforeprint", () => folds.forEach((fold) => { fold.open = true; }));
}

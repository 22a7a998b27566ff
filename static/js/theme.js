// Light, dark or as the machine: kept in a cookie so that the server's first byte already has it.
import { $$, on } from "./dom.js";

const mark = () => $$("[data-theme-choice]").forEach((button) =>
  button.setAttribute("aria-pressed", String(button.dataset.themeChoice === document.documentElement.dataset.theme)));

export function startTheme() {
  on("click", "[data-theme-choice]", (_, button) => {
    const choice = button.dataset.themeChoice;
    document.documentElement.dataset.theme = choice;
    document.cookie = `ioc_theme=${choice}; path=/; max-age=31536000; samesite=lax`;
    mark();
  });
  mark();
}

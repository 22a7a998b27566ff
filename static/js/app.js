// The script of every page. htmx itself is loaded beside it.
import { startCharts } from "./charts.js";
import { startCountdown } from "./countdown.js";
import { startFolds } from "./folds.js";
import { startForms } from "./forms.js";
import { startKeyboard } from "./keyboard.js";
import { startLive } from "./live.js";
import { startRequests } from "./requests.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";

startTheme();
startToasts();
startRequests();
startFolds();
startForms();
startCharts();
startKeyboard();
const live = startLive();
startCountdown(live?.now ?? (() => new Date()));

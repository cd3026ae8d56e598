// Shortcuts. One key alone can be switched off, for those whose voice or hand presses keys that they do not mean (WCAG 2.1.4).

import { h } from "./dom.js";
import { asking, inform } from "./dialog.js";

const KEPT = "overt-single-keys";

/** After g, the view. */
export const GOES = { f: ["fleet", "Fleet"], r: ["rollouts", "Rollouts"], e: ["emergency", "Emergency"], p: ["policy", "Policy"], a: ["approvals", "Approvals"], x: ["exclusions", "Exclusions"], b: ["reports", "Broken sites"], l: ["logs", "Certificate logs"], t: ["audit", "Audit trail"] };

let waiting = 0; // when g was pressed

function on() {
  return localStorage.getItem(KEPT) !== "off";
}

/** Listens. */
export function listen() {
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || asking() || !on()) return;
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)) {
      if (event.key === "Escape" && at.getAttribute("data-own") !== "editor") at.blur();
      return;
    }
    const since = event.timeStamp - waiting;
    waiting = 0;
    if (since < 1500 && GOES[event.key]) {
      event.preventDefault();
      location.hash = `#/${GOES[event.key][0]}`;
    } else if (event.key === "g") {
      waiting = event.timeStamp;
    } else if (event.key === "?") {
      event.preventDefault();
      help();
    } else if (event.key === "/") {
      const filter = document.querySelector("main input[type=search]");
      if (filter instanceof HTMLElement) {
        event.preventDefault();
        filter.focus();
      }
    } else if (event.key === "j" || event.key === "k") {
      if (step(event.key === "j" ? 1 : -1)) event.preventDefault();
    } else if (event.key === "[" || event.key === "]") {
      const turn = document.querySelector(`main [data-turn="${event.key === "[" ? "back" : "on"}"]:not(:disabled)`);
      if (turn instanceof HTMLElement) turn.click();
    }
  });
}

/** To the first link or button of the next row. */
function step(by) {
  const rows = [...document.querySelectorAll("main tbody tr")].filter(row => row.querySelector("a, button"));
  if (!rows.length) return false;
  const now = rows.findIndex(row => row.contains(document.activeElement));
  const next = rows[now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + by))];
  /** @type {HTMLElement} */ (next.querySelector("a, button")).focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

/** Lists them. */
export function help() {
  const single = h("input", { type: "checkbox", checked: on(), onchange: event => localStorage.setItem(KEPT, event.target.checked ? "on" : "off") });
  const k = (...names) => names.map((name, i) => [i ? " " : "", h("kbd", null, name)]);
  inform("Keys", [
    h("dl.pairs.keys", null,
      Object.entries(GOES).map(([key, [, title]]) => [h("dt", null, k("g", key)), h("dd", null, title)]),
      [[k("/"), "To the filter of this view"], [k("j"), "Next row"], [k("k"), "Row before"], [k("["), "Page before"], [k("]"), "Next page"], [k("?"), "This list"],
        [k("Esc"), "Closes a dialog, leaves a field"], [k("Ctrl", "S"), "Policy: save as a new version"], [k("F8"), "Policy: to the next problem"],
        [k("Esc", "Tab"), "Policy: leaves the text; Tab alone indents"]].map(([keys, what]) => [h("dt", null, keys), h("dd", null, what)])),
    h("label.check", null, single, "Keys without Ctrl do something"),
  ]);
}

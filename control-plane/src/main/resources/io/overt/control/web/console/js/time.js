// Times as people read them: how long ago, and exactly when, with the zone. The clock is the browser's; where it differs from the
// control plane's by more than a few seconds, `skew` says so.

import { h } from "./dom.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const absolute = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });

/** Milliseconds that the control plane's clock is ahead of ours; kept by api.js from each answer's Date. */
export const clock = { ahead: 0, now: () => Date.now() + clock.ahead };

/**
 * A moment as text: "28 Nov 2026, 11:04:05 CET".
 * @param {string|undefined} moment RFC 3339; empty for none
 */
export function exact(moment) {
  return known(moment) ? absolute.format(new Date(moment)) : "";
}

/**
 * A length of time: "3 min", "2 h 5 min".
 * @param {number} milliseconds
 */
export function span(milliseconds) {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes ? ` ${minutes} min` : ""}`;
  }
  return `${Math.floor(ms / DAY)} days`;
}

/** Whether it is a moment at all: a protobuf message that has none says nothing, or 1970. */
function known(moment) {
  return Boolean(moment) && new Date(moment).getTime() > 0;
}

/** "4 min ago", "in 2 h", "now". */
export function relative(moment) {
  const away = new Date(moment).getTime() - clock.now();
  if (Math.abs(away) < 2 * SECOND) return "now";
  return away < 0 ? `${span(-away)} ago` : `in ${span(away)}`;
}

/**
 * A moment, relative, with the exact one at hand; it is kept up to date by main.js.
 * @param {string|undefined} moment
 * @param {"relative"|"both"} [manner]
 */
export function when(moment, manner = "relative") {
  if (!known(moment)) return h("span.muted", null, "never");
  const told = h("time", { datetime: moment, title: exact(moment), "data-manner": manner });
  tell(told);
  return told;
}

function tell(told) {
  const moment = told.getAttribute("datetime");
  const text = told.dataset.manner === "both" ? `${exact(moment)} (${relative(moment)})` : relative(moment);
  if (told.textContent !== text) told.textContent = text;
}

/** Brings all relative times of the page up to date. */
export function tick() {
  document.querySelectorAll("time[data-manner]").forEach(tell);
}

/** Milliseconds of a protobuf Duration in JSON: "1.5s". */
export function duration(text) {
  return text ? Number.parseFloat(text) * SECOND : 0;
}

/**
 * Milliseconds of what people write: "10m", "1h 30m", "45s"; NaN for anything else.
 * @param {string} text
 */
export function written(text) {
  const parts = text.trim().toLowerCase().match(/^(\d+(?:\.\d+)?\s*(?:s|m|min|h|d)\s*)+$/) ? text.trim().toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*(min|s|m|h|d)/g) : null;
  if (!parts) return Number.NaN;
  const unit = { s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY };
  let sum = 0;
  for (const [, number, name] of parts) sum += Number(number) * unit[name];
  return sum;
}

/** A protobuf Duration in JSON. */
export function seconds(milliseconds) {
  return `${milliseconds / SECOND}s`;
}

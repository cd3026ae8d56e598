// What differs between two texts, line by line.

import { h } from "./dom.js";

/** @typedef {{kind: "same"|"added"|"removed", text: string, old: number, now: number}} Line */

const MOST = 4000; // lines of a side past the common start and end; more are told as replaced

/**
 * @param {string} before
 * @param {string} after
 * @returns {Line[]}
 */
export function compare(before, after) {
  const a = lines(before);
  const b = lines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = longest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const result = [];
  let old = 0;
  let now = 0;
  const push = (kind, text) => {
    if (kind !== "added") old++;
    if (kind !== "removed") now++;
    result.push({ kind, text, old, now });
  };
  for (let i = 0; i < start; i++) push("same", a[i]);
  for (const [kind, text] of middle) push(kind, text);
  for (let i = a.length - end; i < a.length; i++) push("same", a[i]);
  return result;
}

function lines(text) {
  if (!text) return [];
  const list = text.split("\n");
  if (list.at(-1) === "") list.pop();
  return list;
}

/** By the longest common subsequence. */
function longest(a, b) {
  if (a.length * b.length > MOST * MOST / 4) return [...a.map(text => ["removed", text]), ...b.map(text => ["added", text])];
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1 : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const result = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) { result.push(["same", a[i]]); i++; j++; }
    else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) result.push(["removed", a[i++]]);
    else result.push(["added", b[j++]]);
  }
  while (i < a.length) result.push(["removed", a[i++]]);
  while (j < b.length) result.push(["added", b[j++]]);
  return result;
}

const CONTEXT = 3;

/**
 * Shows it, with three lines around each change.
 * @param {string} name of the file
 * @param {string} before
 * @param {string} after
 * @returns {HTMLElement|null} nothing where nothing differs
 */
export function difference(name, before, after) {
  const all = compare(before, after);
  const changed = all.flatMap((line, index) => (line.kind === "same" ? [] : [index]));
  if (!changed.length) return null;
  const near = new Set(changed.flatMap(index => Array.from({ length: 2 * CONTEXT + 1 }, (_, i) => index - CONTEXT + i)));
  const items = [];
  let skipped = 0;
  const flush = () => {
    if (skipped) items.push(h("li.skipped", null, `… ${skipped} unchanged …`));
    skipped = 0;
  };
  all.forEach((line, index) => {
    if (!near.has(index)) {
      skipped++;
      return;
    }
    flush();
    const sign = { same: " ", added: "+", removed: "−" }[line.kind];
    const word = { same: "", added: "added: ", removed: "removed: " }[line.kind];
    items.push(h(`li.${line.kind}`, null, h("span", { "aria-hidden": "true" }, line.kind === "added" ? "" : line.old), h("span", { "aria-hidden": "true" }, line.kind === "removed" ? "" : line.now), h("span", { "aria-hidden": "true" }, sign), h("span", null, word ? h("span.unseen", null, word) : null, line.text)));
  });
  flush();
  const added = all.filter(line => line.kind === "added").length;
  return h("section.view", { "aria-label": `Changes of ${name}` }, h("h3", null, h("code", null, name), h("span.muted", null, ` +${added} −${all.filter(line => line.kind === "removed").length}`)),
    h("div.diff", { tabindex: "0", role: "region", "aria-label": `Lines of ${name}` }, h("ol", null, items)));
}

/** All files of two versions. @param {Map<string, string>} before @param {Map<string, string>} after */
export function differences(before, after) {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.map(name => difference(name, before.get(name) ?? "", after.get(name) ?? "")).filter(Boolean);
}

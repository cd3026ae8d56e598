// A text with line numbers and marked problems. It is a plain textarea, so that everything that a browser, a screen reader and a
// keyboard can do with one works; what is coloured lies behind it.

import { h, fresh } from "./dom.js";

/** @typedef {{line: number, column: number, message: string, kind: "bad"|"warn"}} Mark */

/**
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.text
 * @param {boolean} options.readOnly
 * @param {(text: string) => void} options.changed
 */
export function editor({ label, text, readOnly, changed }) {
  const help = fresh("help");
  const area = h("textarea", { "aria-label": label, "aria-describedby": help, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off", readonly: readOnly, "data-own": "editor" });
  area.value = text;
  const gutter = h("div.gutter", { "aria-hidden": "true" });
  const marksLayer = h("pre.marks", { "aria-hidden": "true" });
  const element = h("div.editor", { "data-own": `editor ${label}` }, gutter, h("div.paper", null, marksLayer, area), h("span.unseen", { id: help }, "Tab indents. Escape, then Tab, leaves the text."));
  /** @type {Mark[]} */
  let marks = [];
  let escaped = false;

  area.addEventListener("input", () => {
    paint();
    changed(area.value);
  });
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", () => { escaped = false; });
  area.addEventListener("keydown", event => {
    if (event.key === "Escape") escaped = true;
    else if (event.key === "Tab" && !escaped && !readOnly && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      indent(event.shiftKey);
    } else if (event.key === "Enter" && !readOnly && !event.ctrlKey && !event.isComposing) {
      // As deep as the line before, and one deeper after a colon.
      const before = area.value.slice(0, area.selectionStart);
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const depth = /^\s*/.exec(line)?.[0] ?? "";
      if (depth || line.trimEnd().endsWith(":")) {
        event.preventDefault();
        insert(`\n${depth}${/:\s*$/.test(line) ? "  " : ""}`);
      }
    } else if (event.key !== "Tab" && event.key !== "Shift") escaped = false;
  });

  /** By the browser's own means, so that undo knows it. */
  function insert(what) {
    area.focus();
    if (!document.execCommand("insertText", false, what)) area.setRangeText(what, area.selectionStart, area.selectionEnd, "end");
  }

  function indent(out) {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const start = value.lastIndexOf("\n", from - 1) + 1;
    if (!out && from === to) {
      insert("  ");
      return;
    }
    const block = value.slice(start, to);
    const moved = block.split("\n").map(line => (out ? line.replace(/^ {1,2}/, "") : `  ${line}`)).join("\n");
    if (moved === block) return;
    area.setSelectionRange(start, to);
    insert(moved);
    area.setSelectionRange(start, start + moved.length);
  }

  function paint() {
    const lines = area.value.split("\n");
    const byLine = new Map();
    for (const mark of marks) byLine.set(mark.line, [...(byLine.get(mark.line) ?? []), mark]);
    gutter.replaceChildren(...lines.map((_, index) => {
      const worst = byLine.get(index + 1)?.some(mark => mark.kind === "bad") ? "bad" : byLine.has(index + 1) ? "warn" : "";
      return h(worst ? `span.${worst}` : "span", null, index + 1);
    }));
    marksLayer.replaceChildren(...lines.flatMap((line, index) => [...painted(line, byLine.get(index + 1) ?? []), document.createTextNode("\n")]));
    follow();
  }

  function follow() {
    gutter.scrollTop = area.scrollTop;
    marksLayer.scrollTop = area.scrollTop;
    marksLayer.scrollLeft = area.scrollLeft;
  }

  paint();
  return {
    element,
    /** Shows these problems. @param {Mark[]} list */
    mark(list) {
      marks = list;
      paint();
    },
    /** Puts the cursor there. */
    go(line, column) {
      const lines = area.value.split("\n");
      const at = Math.min(Math.max(line, 1), lines.length) - 1;
      const start = lines.slice(0, at).reduce((sum, each) => sum + each.length + 1, 0);
      const from = start + Math.min(Math.max(column, 1) - 1, lines[at].length);
      area.focus();
      const word = /^[\w*-]+(?:[./:][\w*-]+)*/.exec(area.value.slice(from));
      area.setSelectionRange(from, from + (word ? word[0].length : 0));
      const height = Number.parseFloat(getComputedStyle(area).lineHeight);
      area.scrollTop = Math.max(0, (at - 4) * height);
      follow();
    },
    text: () => area.value,
  };
}

/** A line of YAML in its colours, and its problems underlined from where they begin to the end of that word. */
function painted(line, marks) {
  const parts = [];
  const comment = commentAt(line);
  const key = /^(\s*(?:-\s+)?)([\w.-]+)(?=:(?:\s|$))/.exec(line);
  const kind = index => {
    if (comment >= 0 && index >= comment) return "comment";
    if (key && index >= key[1].length && index < key[1].length + key[2].length) return "key";
    return "";
  };
  const marked = new Array(line.length).fill("");
  for (const mark of marks) {
    const from = Math.min(Math.max(mark.column, 1) - 1, Math.max(line.length - 1, 0));
    const word = /^("[^"]*"?|[^\s,:\]}]+)/.exec(line.slice(from));
    const to = mark.column ? from + Math.max(word ? word[0].length : 1, 1) : line.length;
    for (let i = from; i < to && i < line.length; i++) if (marked[i] !== "bad") marked[i] = mark.kind;
  }
  let at = 0;
  while (at < line.length) {
    let end = at + 1;
    while (end < line.length && kind(end) === kind(at) && marked[end] === marked[at]) end++;
    const text = line.slice(at, end);
    const inner = kind(at) ? h(`span.${kind(at)}`, null, text) : document.createTextNode(text);
    parts.push(marked[at] ? h(`mark.${marked[at]}`, null, inner) : inner);
    at = end;
  }
  return parts;
}

/** Where a comment begins; -1 for none. A # in quotes or in a word is none. */
function commentAt(line) {
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quote) quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === "#" && (i === 0 || /\s/.test(line[i - 1]))) return i;
  }
  return -1;
}

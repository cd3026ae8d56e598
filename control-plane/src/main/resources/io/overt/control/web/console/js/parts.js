// Parts that several views show.

import { h, fresh } from "./dom.js";
import { note } from "./live.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * A state, in a word and a shape.
 * @param {"good"|"warn"|"bad"|"busy"|"off"} kind
 * @param {Child} text
 */
export function state(kind, text) {
  return h(`span.state.${kind}`, null, text);
}

/** @param {string} text */
export function tag(text, kind = "") {
  return h(kind ? `span.tag.${kind}` : "span.tag", null, text);
}

export function loading(what) {
  return h("p.loading", { role: "status" }, `Fetching ${what} …`);
}

/**
 * Nothing is there: why, and what would change that.
 * @param {string} title
 * @param {...Child} more
 */
export function empty(title, ...more) {
  return h("div.empty", null, h("strong", null, title), more.map(each => h("p", null, each)));
}

/**
 * A refusal in words, with what is needed to ask about it.
 * @param {import("./api.js").Problem} problem
 * @param {() => void} [again]
 */
export function refusal(problem, again) {
  return h("div.note.bad", { role: "alert" },
    h("strong", null, problem.title),
    problem.detail && problem.detail !== problem.title ? h("p", null, problem.detail) : null,
    problem.fields.length ? h("ul", null, problem.fields.map(each => h("li", null, each.field ? h("code", null, each.field) : null, each.field ? ": " : "", each.message))) : null,
    problem.request ? h("p.small", null, "Request ", h("code", null, problem.request), ", as the control plane's log has it.") : null,
    again ? h("div.bar", null, h("button.tiny", { onclick: again }, "Try again")) : null);
}

/** A refusal in one sentence. */
export function sentence(problem) {
  return [problem.title, problem.detail, ...problem.fields.map(each => `${each.field}: ${each.message}`), problem.request && `(request ${problem.request})`].filter(Boolean).join(". ").replace(/\.\. /g, ". ");
}

/**
 * A button that may be out of reach: it stays where it is, can be reached by the keyboard, and says why.
 * @param {string} text
 * @param {() => void} does
 * @param {{why?: string, kind?: string, label?: string, key?: string}} [options] why it cannot be used; empty when it can
 */
export function button(text, does, { why = "", kind = "", label = "", key = "" } = {}) {
  const reason = why ? fresh("why") : "";
  const made = h(`button${kind ? "." + kind.split(" ").join(".") : ""}`, {
    type: "button",
    "aria-disabled": why ? "true" : null,
    "aria-describedby": reason || null,
    "aria-label": label || null,
    title: why || null,
    "data-key": key || null,
    onclick: why ? event => event.preventDefault() : does,
  }, text);
  if (why) made.append(h("span.unseen", { id: reason }, ` (${why})`));
  return made;
}

/**
 * A labelled field.
 * @param {string} label
 * @param {HTMLElement} input
 * @param {Child} [hint]
 */
export function field(label, input, hint) {
  if (!input.id) input.id = fresh("field");
  const about = hint ? `${input.id}-hint` : "";
  if (about) input.setAttribute("aria-describedby", about);
  return h("div.field", null, h("label", { for: input.id }, label), input, hint ? h("span.hint", { id: about }, hint) : null);
}

/** Name–value pairs. @param {[string, Child][]} list */
export function pairs(list) {
  return h("dl.pairs", null, list.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

/** A large number with its name. @param {[string, Child][]} list */
export function figures(list) {
  return h("dl.figures", null, list.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

/** A command to be copied. @param {string} text */
export function command(text) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      note("Copied.");
    } catch {
      note("The browser does not let this page write to the clipboard. Select the text.", "bad");
    }
  };
  return h("div.command", null, h("pre", null, text), h("button.tiny", { type: "button", onclick: copy }, "Copy"));
}

/** Offers bytes as a file. */
export function download(name, bytes, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A share of one as a percentage with the digits that matter. */
export function percent(share) {
  const hundred = share * 100;
  return `${hundred === 0 || hundred >= 10 ? Math.round(hundred) : hundred.toFixed(hundred < 1 ? 2 : 1)} %`;
}

/** "1 edge", "2 edges". */
export function count(number, one, many = `${one}s`) {
  return `${Number(number).toLocaleString("en-GB")} ${Number(number) === 1 ? one : many}`;
}

/** A number that JSON has as a text, since it may be larger than JavaScript's. */
export function num(text) {
  return Number(text ?? 0);
}

/** The name in a fleet identity: "edge-1" of overt://hq/edge/edge-1. */
export function named(identity) {
  return (identity ?? "").split("/").pop() ?? "";
}

/** The site in a fleet identity. */
export function siteOf(identity) {
  return (identity ?? "").split("/")[2] ?? "";
}

/** Who: a person's name, or the short form of a fleet identity. */
export function who(identity) {
  if (!identity) return h("span.muted", null, "control plane");
  return identity.startsWith("overt://") ? h("span", { title: identity }, named(identity)) : identity;
}

/** A sentence of ours in which `code` is marked by backticks. @param {string} text */
export function prose(text) {
  return (text ?? "").split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));
}

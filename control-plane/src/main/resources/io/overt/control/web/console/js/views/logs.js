// The signers' logs as this control plane witnesses them. Host names are sealed to the security team; no key to them is ever given to
// this page, since whoever serves the page would have it then.

import { hex, read } from "../api.js";
import { calls } from "../calls.js";
import { h } from "../dom.js";
import { command, count, empty, field, loading, named, num, pairs, refusal, siteOf, state } from "../parts.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

const STATES = {
  consistent: ["good", "consistent"], stale: ["warn", "does not grow"], unreachable: ["warn", "cannot be reached"], malformed: ["bad", "not what it should be"], forked: ["bad", "has signed two histories"],
};
const KINDS = ["intent", "result", "withheld", "issuer", "crl", "act", "reading-key", "heartbeat"];

/** @param {import("../main.js").Place} place */
export function open(place) {
  if (place.words[0]) one(place, place.words[0]);
  else list(place);
}

function list(place) {
  let answer = null;
  place.show(h("div.view", null, h("header", null, h("h1", null, "Certificate logs")), loading("the logs")));
  const look = place.keep(5000, async () => {
    answer = await read(calls.logs(), { signal: place.signal });
    update();
  });
  function update() {
    if (place.signal.aborted) return;
    place.show(h("div.view", null, h("header", null, h("h1", null, "Certificate logs"), h("p.muted", null, "Every signature of a signer is in its log. This control plane is a witness: it vouches for a head only when the log has only grown since the one before.")),
      answer.ok ? page(answer.value) : refusal(answer.problem, look)));
  }
  function page(value) {
    const logs = value.logs ?? [];
    if (!logs.length) return empty("No log is witnessed here", "The section witness of control.yaml names the logs; docs/log.md says how.");
    return [
      h("div.sites", null, logs.map(each => {
        const [kind, word] = STATES[each.state] ?? ["off", each.state];
        return h(kind === "bad" ? "article.site.bad" : "article.site", { "data-key": each.log },
          h("header.bar", null, h("h3.host", null, h("a", { href: `#/logs/${each.log}` }, each.origin))),
          h("div.bar", null, state(/** @type {any} */ (kind), word), h("span.muted", null, `${num(each.size).toLocaleString("en-GB")} entries`)),
          each.why && each.state !== "consistent" ? h("p", null, each.why) : null,
          h("p.small.muted", null, "grew ", when(each.grown), ", vouched for ", when(each.cosigned)));
      })),
      names(logs[0], ""),
      h("section.card", { "aria-label": "Witness" }, h("header", null, h("h2", null, "This witness")), h("p", null, "With this key auditors verify what it has vouched for:"), command(value.witnessKey ?? "")),
    ];
  }
}

/** How names are found, and why not here. */
function names(log, index) {
  return h("section.card", { "aria-label": "Names" }, h("header", null, h("h2", null, "Looking for a host name, a serial number or a fingerprint?")),
    h("p", null, "They are sealed to the security team, and this page has no field for its key: a page is code from the control plane, and whoever is given a key in it could give it on. On the security team's own machine:"),
    command(`overt-signer log search --log ${log.url} --certificate log.pem --readers-key log-readers.key ${index || "www.example"}`));
}

function one(place, hash) {
  place.title("Certificate log");
  const rows = tableState();
  let log = null;
  let failed = null;
  let pages = [];
  let kind = "";
  let text = "";
  let from = place.query.get("index") ?? "";
  let trouble = "";
  let busy = true;
  place.show(h("div.view", null, h("header", null, h("a.small", { href: "#/logs" }, "‹ Certificate logs"), h("h1", null, "Certificate log")), loading("the log")));
  const look = place.keep(10_000, async () => {
    const got = await read(calls.logs(), { signal: place.signal });
    failed = got.ok ? null : got.problem;
    if (got.ok) log = (got.value.logs ?? []).find(each => each.log === hash) ?? null;
    update();
  });
  fetchPage("");

  async function fetchPage(token) {
    busy = true;
    update();
    const got = await read(calls.logEntries(hash), { query: { page_size: 100, page_token: token, kind, text: text.trim(), from: token ? "" : from.trim() }, signal: place.signal });
    busy = false;
    if (!got.ok && got.problem.status === -1) return;
    if (!token) pages = [];
    trouble = got.ok ? "" : got.problem;
    if (got.ok) pages.push(got.value);
    update();
  }

  function update() {
    if (place.signal.aborted || (!log && !failed)) return;
    place.show(h("div.view", null, h("header", null, h("a.small", { href: "#/logs" }, "‹ Certificate logs"), h("h1.host", null, log?.origin ?? "Certificate log"), log ? state(.../** @type {any} */ (STATES[log.state] ?? ["off", log.state])) : null),
      failed ? refusal(failed, look) : null,
      log ? page() : null));
  }

  function page() {
    const entries = pages.flatMap(each => each.entries ?? []);
    const last = pages.at(-1);
    return [
      h("details.card", null, h("summary", null, `Head: ${count(num(log.size), "entry", "entries")}, vouched for `, when(log.cosigned)),
        pairs([["Published at", log.url], ["Root", h("code", null, hex(log.root))], ["Grew", when(log.grown, "both")], ["State", log.why], ["Log's key", h("code", null, log.key)]]),
        log.checkpoint ? h("pre.mono.small", null, log.checkpoint) : null),
      h("form.bar", { "data-key": "find", onsubmit: event => { event.preventDefault(); fetchPage(""); }, role: "search" },
        field("From entry downwards", h("input", { value: from, inputmode: "numeric", size: 10, placeholder: "the newest", "data-kept": true, oninput: event => { from = event.target.value.replace(/\D/g, ""); } })),
        field("Kind", h("select", { onchange: event => { kind = event.target.value; fetchPage(""); } }, h("option", { value: "" }, "every kind"), KINDS.map(each => h("option", { value: each, selected: each === kind }, each)))),
        field("With", h("input", { type: "search", value: text, size: 34, placeholder: "edge, certificate id, issuer, approver", "data-kept": true, oninput: event => { text = event.target.value; } })),
        h("button", { type: "submit" }, busy ? "Looking …" : "Look")),
      trouble ? refusal(trouble, () => fetchPage("")) : null,
      table({
        caption: "Entries",
        state: rows,
        update,
        rows: entries,
        key: each => each.index ?? "0",
        none: busy ? loading("entries") : empty("No entry is like that", last ? `Of the ${count(num(last.lookedAt), "entry", "entries")} that were looked at.` : ""),
        columns: [
          { title: "Entry", heads: true, kind: "number", cell: each => num(each.index).toLocaleString("en-GB") },
          { title: "At", kind: "tight", cell: each => (each.at ? when(each.at) : "") },
          { title: "Kind", kind: "tight", cell: each => each.kind },
          { title: "Edge", cell: each => (each.requester ? `${named(each.requester)} at ${siteOf(each.requester)}` : "") },
          { title: "Certificate id", cell: each => (each.certificateId ? h("code", { title: "Equal exactly for equal issuer and serial number, and tells nothing else" }, hex(each.certificateId).slice(0, 16)) : "") },
          { title: "What", kind: "wide", cell: each => [each.intent !== undefined ? h("button.plain.tiny", { type: "button", onclick: () => { from = each.intent; kind = ""; text = ""; fetchPage(""); } }, `intent ${num(each.intent).toLocaleString("en-GB")}`) : null, each.words ?? "", each.issuerSha256 && each.kind !== "intent" ? h("code", null, ` ${hex(each.issuerSha256).slice(0, 16)}`) : null] },
        ],
      }),
      last ? h("div.bar", null,
        last.nextPageToken ? h("button", { type: "button", onclick: () => fetchPage(last.nextPageToken) }, busy ? "Looking …" : "Look at older entries") : h("span.muted", null, "The log begins here."),
        h("span.muted", { role: "status" }, `${count(pages.reduce((sum, each) => sum + num(each.lookedAt), 0), "entry", "entries")} looked at, each proven to be under the head of ${num(last.size).toLocaleString("en-GB")}`)) : null,
      names(log, ""),
    ];
  }
}

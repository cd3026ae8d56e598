// The audit trail: who did what, and who was refused what. Each line holds the hash of the one before.

import { ask, hex, read } from "../api.js";
import { calls } from "../calls.js";
import { h } from "../dom.js";
import { say } from "../live.js";
import { count, empty, field, loading, named, num, refusal, state, who } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { exact, when } from "../time.js";

const KINDS = { AUDIT_KIND_INTENT: "intent", AUDIT_KIND_OUTCOME: "outcome", AUDIT_KIND_REFUSAL: "refusal", AUDIT_KIND_EVENT: "event" };

/** @param {import("../main.js").Place} place */
export function open(place) {
  const rows = tableState();
  const wanted = { actor: "", method: "", outcome: "", kind: "", request: place.query.get("request") ?? "", since: "", until: "" };
  let pages = [];
  let trouble = null;
  let busy = true;
  let chain = null;
  const why = cannot("ListRecords");
  if (why) {
    place.show(h("div.view", null, head(), empty("Not for your role", `To read the trail ${why.replace("needs", "takes")}.`)));
    return;
  }
  place.show(h("div.view", null, head(), loading("the trail")));
  fetchPage("");

  function head() {
    return h("header", null, h("h1", null, "Audit trail"), h("p.muted", null, "Every act, refused ones too, in one chain: each line holds the hash of the one before, and none is ever changed."));
  }

  async function fetchPage(token) {
    busy = true;
    update();
    const moment = text => (text ? new Date(text).toISOString() : "");
    const got = await read(calls.audit(), { query: { ...wanted, since: moment(wanted.since), until: moment(wanted.until), page_size: 100, page_token: token }, signal: place.signal });
    busy = false;
    if (!got.ok && got.problem.status === -1) return;
    trouble = got.ok ? null : got.problem;
    if (got.ok) {
      if (!token) pages = [];
      pages.push(got.value);
    }
    update();
  }

  async function verify() {
    chain = "busy";
    update();
    const got = await ask(calls.verifyAudit(), {}, place.signal);
    chain = got.ok ? got.value : { failed: got.problem };
    if (got.ok) say(num(chain.brokenSequence) ? `The chain is broken at line ${chain.brokenSequence}.` : `The chain is whole, ${chain.headSequence ?? 0} lines.`);
    update();
  }

  function update() {
    if (place.signal.aborted) return;
    const records = pages.flatMap(each => each.records ?? []);
    const next = pages.at(-1)?.nextPageToken;
    const text = (name, title, size, placeholder) => field(title, h("input", { value: wanted[name], size, placeholder, autocomplete: "off", "data-kept": true, oninput: event => { wanted[name] = event.target.value.trim(); } }));
    place.show(h("div.view", null, head(),
      h("form.fields", { "data-key": "find", role: "search", onsubmit: event => { event.preventDefault(); fetchPage(""); } },
        text("actor", "Who", 18, "oidc:…, overt://…"),
        text("method", "What", 22, "…RolloutAdmin/*"),
        field("Kind", h("select", { onchange: event => { wanted.kind = event.target.value; fetchPage(""); } }, h("option", { value: "" }, "every kind"), Object.entries(KINDS).map(([value, word]) => h("option", { value, selected: value === wanted.kind }, word)))),
        text("outcome", "Outcome", 18, "PERMISSION_DENIED"),
        text("request", "Request", 14, ""),
        field("Since", h("input", { type: "datetime-local", value: wanted.since, "data-kept": true, oninput: event => { wanted.since = event.target.value; } })),
        field("Until", h("input", { type: "datetime-local", value: wanted.until, "data-kept": true, oninput: event => { wanted.until = event.target.value; } })),
        h("button", { type: "submit" }, busy ? "Looking …" : "Look")),
      h("div.bar", null, h("button.tiny", { type: "button", onclick: verify }, chain === "busy" ? "Verifying …" : "Verify the chain"), chainTold(),
        h("span.end.small.muted", null, "To keep a copy: ", h("code", null, "overtctl audit export"))),
      trouble ? refusal(trouble, () => fetchPage("")) : null,
      pages.length || busy ? table({
        caption: "Audit trail",
        state: rows,
        update,
        rows: records,
        key: each => each.sequence,
        none: busy ? loading("the trail") : empty("No line is like that", "Names and methods are whole; a method that ends in * stands for all that begin so."),
        columns: [
          { title: "Line", heads: true, kind: "number", cell: each => num(each.sequence).toLocaleString("en-GB") },
          { title: "When", kind: "tight", cell: each => h("span", { title: exact(each.time) }, when(each.time)) },
          { title: "Who", cell: each => who(each.actor) },
          { title: "Kind", kind: "tight", cell: each => (each.kind === "AUDIT_KIND_REFUSAL" ? state("bad", "refusal") : KINDS[each.kind] ?? "") },
          { title: "What", cell: each => h("span", { title: each.method }, short(each.method)) },
          { title: "Outcome", cell: each => (each.outcome === "OK" ? state("good", "OK") : each.outcome === "pending" ? h("span.muted", null, "pending") : each.outcome ? state("warn", each.outcome) : "") },
          { title: "By", cell: each => h("span.muted", { title: each.process }, named(each.process)) },
          { title: "All of it", kind: "wide", cell: each => h("details", null, h("summary", null, "line"), h("pre.small", null, pretty(each.line)), h("p.small.muted", null, "SHA-256 ", h("code", null, hex(each.hash)))) },
        ],
      }) : null,
      next ? h("div.bar", null, h("button", { type: "button", onclick: () => fetchPage(next) }, busy ? "Looking …" : "Show older lines"), h("span.muted", { role: "status" }, count(records.length, "line"))) : null));
  }

  function chainTold() {
    if (!chain || chain === "busy") return null;
    if (chain.failed) return refusal(chain.failed, verify);
    return num(chain.brokenSequence)
      ? state("bad", `Broken at line ${chain.brokenSequence}: ${chain.brokenWhy}`)
      : h("span", null, state("good", `Whole: ${count(num(chain.headSequence), "line")}`), chain.headHash ? h("code.small", { title: "SHA-256 of the last line" }, ` ${hex(chain.headHash).slice(0, 24)}`) : null);
  }
}

function short(method) {
  return (method ?? "").replace(/^overt\.\w+\.v1\./, "");
}

/** The line as it is hashed has no spaces; people read it with. */
function pretty(line) {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line; // shown as it is
  }
}

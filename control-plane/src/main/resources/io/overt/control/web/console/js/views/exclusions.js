// Exclusions that edges have learned because clients do not take our certificate: to be confirmed, or forgotten.

import { act, read } from "../api.js";
import { calls } from "../calls.js";
import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { button, count, empty, loading, named, refusal, siteOf, state } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

const BASES = { evidence: ["warn", "still inspected"], learned: ["busy", "learned"], confirmed: ["good", "confirmed"] };
const KINDS = { alert: "alert", "late-alert": "alert after its Finished", "unclear-alert": "an alert that may mean other things", "silent-close": "closed without a byte", "handshake-close": "closed in the handshake", "silent-reset": "reset without a byte" };
const ANSWERS = { EDGE_ANSWERING_AWAY: "away", EDGE_ANSWERING_SILENT: "did not answer in time", EDGE_ANSWERING_TOO_OLD: "its build is too old to be asked" };
const EFFECTS = { EXCLUSION_EFFECT_DONE: "", EXCLUSION_EFFECT_UNKNOWN: "No edge of the site knows anything of it: it may be over by now.", EXCLUSION_EFFECT_FULL: "As many are confirmed as may be. Forget one first, or write a rule.", EXCLUSION_EFFECT_MALFORMED: "The edges do not take it for a host and a client.", EXCLUSION_EFFECT_UNSPECIFIED: "No edge of the site answered." };

/** @param {import("../main.js").Place} place */
export function open(place) {
  const rows = tableState({ by: "Last refusal", down: true });
  let site = place.query.get("site") ?? "";
  let basis = "";
  let filter = place.query.get("host") ?? "";
  let sites = [];
  let answer = null;
  place.show(h("div.view", null, h("header", null, h("h1", null, "Exclusions")), loading("what the edges know")));
  read(calls.sites(), { signal: place.signal }).then(got => {
    if (got.ok) sites = (got.value.sites ?? []).map(each => each.name);
    if (answer) update();
  });
  const look = place.keep(10_000, async () => {
    const got = await read(calls.exclusions(), { query: { site, limit: 1000 }, signal: place.signal });
    answer = got;
    update();
  });

  function update() {
    if (place.signal.aborted || !answer) return;
    place.show(h("div.view", null,
      h("header", null, h("h1", null, "Exclusions"), h("p.muted", null, "Hosts that clients do not let us inspect. Learned ones end by themselves; confirmed ones stay until they are forgotten. The edges know them, the control plane keeps no copy.")),
      answer.ok ? page() : refusal(answer.problem, look)));
  }

  function page() {
    const missing = (answer.value.edges ?? []).filter(each => ANSWERS[each.answering]);
    const needle = filter.trim().toLowerCase();
    const list = (answer.value.exclusions ?? []).filter(({ entry, site: at }) => (!basis || entry.basis === basis) && (!needle || `${entry.host} ${entry.client} ${at}`.toLowerCase().includes(needle)));
    return [
      h("div.bar", null,
        h("input", { type: "search", "aria-label": "Filter exclusions", placeholder: "Host, client, site", value: filter, "data-kept": true, oninput: event => { filter = event.target.value; update(); } }),
        h("select", { "aria-label": "Site", onchange: event => { site = event.target.value; look(); } }, h("option", { value: "" }, "every site"), sites.map(name => h("option", { value: name, selected: name === site }, name))),
        h("select", { "aria-label": "State", onchange: event => { basis = event.target.value; update(); } }, [["", "any state"], ["learned", "learned"], ["evidence", "still inspected"], ["confirmed", "confirmed"]].map(([value, text]) => h("option", { value, selected: value === basis }, text))),
        h("span.muted", { role: "status" }, count(list.length, "exclusion"), answer.value.truncated ? ", and more: choose a site" : "")),
      missing.length ? h("details.note.warn", null, h("summary", null, `${count(missing.length, "edge")} did not take part`), h("ul", null, missing.map(each => h("li", null, `${named(each.edge)} at ${siteOf(each.edge)}: ${ANSWERS[each.answering]}`)))) : null,
      table({
        caption: "Exclusions",
        state: rows,
        update,
        rows: list,
        key: ({ site: at, entry }) => `${at} ${entry.host} ${entry.client ?? ""}`,
        none: needle || basis || site ? empty("No exclusion is like that", "Change the filter, the site or the state.") : empty("Nothing was learned", "Every client takes our certificate, or no rule asks for exclusions with on: pinned."),
        columns: [
          { title: "Host", heads: true, by: each => each.entry.host, cell: each => h("span.host", null, each.entry.host) },
          { title: "Site", by: each => each.site, cell: each => each.site },
          { title: "Client", by: each => each.entry.client ?? "", cell: each => each.entry.client || "every client" },
          { title: "State", by: each => each.entry.basis, cell: each => state(BASES[each.entry.basis]?.[0] ?? "off", BASES[each.entry.basis]?.[1] ?? each.entry.basis) },
          { title: "Refusals", kind: "number", by: each => each.entry.refusals ?? 0, cell: each => each.entry.refusals ?? 0 },
          { title: "Strongest", cell: each => KINDS[each.entry.kind] ?? each.entry.kind },
          { title: "Last refusal", kind: "tight", by: each => each.entry.lastSeen ?? "", cell: each => when(each.entry.lastSeen) },
          { title: "Ends", kind: "tight", by: each => each.entry.expires ?? "~", cell: each => (each.entry.expires ? when(each.entry.expires) : each.entry.confirmedBy ? `not; by ${named(each.entry.confirmedBy)}` : "–") },
          { title: "", kind: "tight", cell: each => h("div.bar", null,
            each.entry.basis === "confirmed" ? null : button("Confirm", () => rule(each, "EXCLUSION_WORD_CONFIRM"), { why: cannot("RuleExclusion", each.site), kind: "tiny", label: `Confirm ${each.entry.host} at ${each.site}` }),
            button("Forget", () => rule(each, "EXCLUSION_WORD_FORGET"), { why: cannot("RuleExclusion", each.site), kind: "tiny", label: `Forget ${each.entry.host} at ${each.site}` })) },
        ],
      }),
    ];
  }

  async function rule({ site: at, entry }, word) {
    const confirming = word === "EXCLUSION_WORD_CONFIRM";
    const whom = entry.client ? `for ${entry.client}` : "for every client";
    const done = await confirm({
      title: confirming ? `Stop inspecting ${entry.host}?` : `Inspect ${entry.host} again?`,
      body: h("p", null, confirming ? `At ${at}, ${whom}, until it is forgotten, where the rule asks for exclusions.` : `What is known of it at ${at} ${whom} is void; clients that still refuse start from nothing.`),
      does: confirming ? "Confirm" : "Forget",
      act: async () => {
        const got = await act(calls.ruleExclusion(at), { host: entry.host, client: entry.client ?? "", word });
        return got.ok ? EFFECTS[got.value.effect ?? "EXCLUSION_EFFECT_UNSPECIFIED"] || got : got;
      },
    });
    if (done) {
      note(confirming ? `${entry.host} is excluded at ${at}.` : `${entry.host} is inspected again at ${at}.`);
      look();
    }
  }
}

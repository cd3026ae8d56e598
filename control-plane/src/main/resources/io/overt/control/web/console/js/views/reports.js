// Sites that people behind the gateways say are broken, from the notice page.

import { act, read } from "../api.js";
import { calls } from "../calls.js";
import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { button, count, empty, loading, refusal, state } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

/** @param {import("../main.js").Place} place */
export function open(place) {
  const rows = tableState();
  let answer = null;
  let settled = false;
  const head = () => h("header", null, h("h1", null, "Broken sites"), h("p.muted", null, "What people behind the gateways have reported on the notice page. A report excludes nothing by itself: it is looked at here."));
  place.show(h("div.view", null, head(), loading("reports")));
  const look = place.keep(10_000, async () => {
    answer = await read(calls.reports(), { query: { page_size: 200 }, signal: place.signal });
    update();
  });

  function update() {
    if (place.signal.aborted || !answer) return;
    place.show(h("div.view", null, head(), answer.ok ? page() : answer.problem.status === 404 ? empty("This control plane takes no reports") : refusal(answer.problem, look)));
  }

  function page() {
    const list = (answer.value.reports ?? []).filter(each => settled || !each.settled);
    return [
      h("div.bar", null, h("label.check", null, h("input", { type: "checkbox", checked: settled, onchange: event => { settled = event.target.checked; update(); } }), "Settled ones too"), h("span.muted", { role: "status" }, count(list.length, "report"))),
      table({
        caption: "Reports",
        state: rows,
        update,
        rows: list,
        key: each => String(each.id),
        none: empty("Nobody has reported anything", "The notice page tells people how."),
        columns: [
          { title: "Host", heads: true, by: each => each.host, cell: each => h("span.host", null, each.host) },
          { title: "Site", by: each => each.site ?? "", cell: each => each.site ?? "" },
          { title: "Reported", kind: "tight", by: each => each.at, cell: each => when(each.at) },
          { title: "What they say", kind: "wide", cell: each => each.what ?? "" },
          { title: "State", kind: "tight", cell: each => (each.settled ? state("good", "settled") : state("warn", "to look at")) },
          { title: "", kind: "tight", cell: each => h("div.bar", null,
            h("a.button.tiny", { href: `#/exclusions?host=${encodeURIComponent(each.host)}` }, "Exclusions"),
            each.settled ? null : button("Settle", () => settle(each), { why: cannot("RuleExclusion", each.site), kind: "tiny", label: `Settle the report of ${each.host}` })) },
        ],
      }),
    ];
  }

  async function settle(each) {
    const done = await confirm({ title: `Settle the report of ${each.host}?`, body: h("p", null, "It is off this list; what it said is kept."), does: "Settle", act: () => act(`${calls.reports()}/${encodeURIComponent(each.id)}:settle`, {}) });
    if (done) {
      note("Settled.");
      look();
    }
  }
}

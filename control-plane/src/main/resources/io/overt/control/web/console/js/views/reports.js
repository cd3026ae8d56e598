// Sites that people behind the gateways say are broken, from the notice page. What they write is shown as theirs, and only as text.

import { act, all } from "../api.js";
import { calls } from "../calls.js";
import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { button, count, empty, loading, num, refusal, state, who } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

/** @param {import("../main.js").Place} place */
export function open(place) {
  const rows = tableState();
  let answer = null;
  let closed = false;
  const head = () => h("header", null, h("h1", null, "Broken sites"), h("p.muted", null, "What people behind the gateways have reported on the notice page, in their words. A report excludes nothing by itself: it is looked at here."));
  const why = cannot("ListReports");
  if (why) {
    place.show(h("div.view", null, head(), empty("Not for your role", `To see what people have reported ${why.replace("needs", "takes")}.`)));
    return;
  }
  place.show(h("div.view", null, head(), loading("reports")));
  const look = place.keep(10_000, async () => {
    answer = await all(calls.reports(), "reports", { query: { page_size: 200, closed: closed || undefined }, signal: place.signal, most: 1000 });
    update();
  });

  function update() {
    if (place.signal.aborted || !answer) return;
    place.show(h("div.view", null, head(), answer.ok ? page() : refusal(answer.problem, look)));
  }

  function page() {
    return [
      h("div.bar", null, h("label.check", null, h("input", { type: "checkbox", checked: closed, onchange: event => { closed = event.target.checked; look(); } }), "Closed ones too"), h("span.muted", { role: "status" }, count(answer.value.length, "report"))),
      table({
        caption: "Reports",
        state: rows,
        update,
        rows: answer.value,
        key: each => each.id,
        none: empty("Nobody has reported anything", "The notice page tells people how."),
        columns: [
          { title: "Host", heads: true, by: each => each.host, cell: each => h("span.host", null, each.host) },
          { title: "Reported", kind: "tight", by: each => each.at ?? "", cell: each => when(each.at) },
          { title: "From", by: each => each.client ?? "", cell: each => each.client ?? "" },
          { title: "What they say", kind: "wide", cell: each => h("span.host", null, each.text) },
          { title: "Reach them", cell: each => h("span.host", null, each.contact) },
          { title: "State", cell: each => (each.closed ? h("span", null, state("good", "closed"), " ", when(each.closed), " by ", who(each.closedBy), each.answer ? h("p", null, each.answer) : null) : state("warn", "to look at")) },
          { title: "", kind: "tight", cell: each => h("div.bar", null,
            h("a.button.tiny", { href: `#/exclusions?host=${encodeURIComponent(each.host)}`, "aria-label": `Exclusions of ${each.host}` }, "Exclusions"),
            each.closed ? null : button("Close …", () => close(each), { why: cannot("CloseReport"), kind: "tiny", label: `Close report ${num(each.id)}, ${each.host}` })) },
        ],
      }),
    ];
  }

  async function close(each) {
    const done = await confirm({
      title: `Close the report of ${each.host}?`,
      body: h("div.field", null, h("label", { for: "answer" }, "What was done about it"), h("textarea", { id: "answer", name: "answer", rows: 3, maxlength: 2000, autofocus: true })),
      does: "Close it",
      act: form => act(calls.closeReport(each.id), { answer: form.elements.namedItem("answer").value }),
    });
    if (done) {
      note("Closed.");
      look();
    }
  }
}

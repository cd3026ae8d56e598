// The way out when inspection itself is the trouble: a whole site is spliced, for a while.

import { act, read } from "../api.js";
import { calls } from "../calls.js";
import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { emergenciesChanged } from "../main.js";
import { button, count, empty, field, loading, named, refusal, state, who } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { exact, seconds, span, when, written } from "../time.js";

const STANDINGS = { EMERGENCY_STANDING_OBEYED: ["good", "obeys", "obey"], EMERGENCY_STANDING_REFUSED: ["bad", "refuses", "refuse"], EMERGENCY_STANDING_SENT: ["busy", "to answer", "to answer"], EMERGENCY_STANDING_AWAY: ["off", "away", "away"], EMERGENCY_STANDING_TOO_OLD: ["bad", "too old to obey", "too old to obey"] };
const DAY = 24 * 3600 * 1000;

/** @param {import("../main.js").Place} place */
export function open(place) {
  const rows = tableState();
  let sites = [];
  let answer = null;
  let site = place.query.get("site") ?? "";
  let lasting = "1h";
  let reason = "";
  let trouble = "";
  place.show(h("div.view", null, h("header", null, h("h1", null, "Emergency")), loading("emergencies")));
  const look = place.keep(3000, async () => {
    const [orders, known] = await Promise.all([read(calls.emergencies(), { query: { limit: 200 }, signal: place.signal }), read(calls.sites(), { signal: place.signal })]);
    answer = orders;
    if (known.ok) sites = (known.value.sites ?? []).map(each => each.name);
    if (!site && sites.length) site = sites[0];
    update();
  });

  function update() {
    if (place.signal.aborted || !answer) return;
    place.show(h("div.view", null, h("header", null, h("h1", null, "Emergency")), answer.ok ? page() : refusal(answer.problem, look)));
  }

  function page() {
    const list = answer.value.emergencies ?? [];
    const inForce = list.filter(each => each.inForce && each.action !== "EMERGENCY_ACTION_LIFT");
    return [
      inForce.map(card),
      h("section.card", { "aria-label": "Splice a site" },
        h("header", null, h("h2", null, "Splice everything at a site")),
        h("p", null, "New connections that a rule would inspect are passed on untouched within seconds. What a rule blocks stays blocked, and connections that are open go on as they are. It ends by itself, and everybody who has the console open sees it."),
        trouble ? h("div.note.bad", { role: "alert" }, trouble) : null,
        h("form", { onsubmit: event => { event.preventDefault(); order(); }, novalidate: true },
          h("div.fields", null,
            field("Site", h("select", { id: "site", onchange: event => { site = event.target.value; update(); } }, sites.map(name => h("option", { value: name, selected: name === site }, name)))),
            field("For", h("input", { id: "lasting", size: 6, value: lasting, "data-kept": true, oninput: event => { lasting = event.target.value; } }), "30m, 2h; at most 24h"),
            field("Reason, for the record", h("input", { id: "reason", size: 40, maxlength: 500, autocomplete: "off", value: reason, "data-kept": true, oninput: event => { reason = event.target.value; } }))),
          button("Splice everything …", order, { why: sites.length ? cannot("OrderEmergency", site) : "no site is known", kind: "danger" }))),
      h("section.view", { "aria-label": "Past" }, h("h2", null, "Orders"),
        table({
          caption: "Orders",
          state: rows,
          update,
          rows: list,
          key: each => each.number,
          none: empty("No emergency was ever ordered"),
          columns: [
            { title: "Order", heads: true, kind: "tight", cell: each => each.number },
            { title: "Site", cell: each => each.site },
            { title: "What", cell: each => (each.action === "EMERGENCY_ACTION_LIFT" ? "Policy holds again" : each.inForce ? state("bad", "Spliced, in force") : "Spliced, over") },
            { title: "Given", kind: "tight", cell: each => when(each.given) },
            { title: "Until", kind: "tight", cell: each => (each.action === "EMERGENCY_ACTION_LIFT" ? "" : h("span", { title: exact(each.until) }, when(each.until))) },
            { title: "By", cell: each => who(each.by) },
            { title: "Reason", kind: "wide", cell: each => each.reason },
          ],
        })),
    ];
  }

  function card(each) {
    const tally = new Map();
    for (const edge of each.edges ?? []) tally.set(edge.standing, [...(tally.get(edge.standing) ?? []), edge]);
    return h("section.card", { "aria-label": `In force at ${each.site}`, "data-key": `force ${each.site}` },
      h("header", null, h("h2", null, `In force at ${each.site}`), h("span", null, "ends ", when(each.until, "both")), h("span.end", null, button("Lift it", () => lift(each), { why: cannot("LiftEmergency", each.site), kind: "primary", label: `Lift the emergency at ${each.site}` }))),
      h("p", null, "Ordered by ", who(each.by), ": ", each.reason),
      h("div.legend", null, [...tally].map(([standing, edges]) => {
        const [kind, one, several] = STANDINGS[standing] ?? ["off", "unknown", "unknown"];
        return h("span", { title: edges.map(edge => `${named(edge.edge)}${edge.problem ? `: ${edge.problem}` : ""}`).join("\n") }, state(/** @type {any} */ (kind), `${count(edges.length, "edge")} ${edges.length === 1 ? one : several}`));
      })));
  }

  async function order() {
    const ms = written(lasting);
    if (!site) trouble = "Choose a site.";
    else if (Number.isNaN(ms) || ms <= 0 || ms > DAY) trouble = `For: “${lasting}” (expected: 30m, 2h, at most 24h).`;
    else if (!reason.trim()) trouble = "Say why: it is in the record, and edges log it.";
    else trouble = "";
    update();
    if (trouble || cannot("OrderEmergency", site)) return;
    const done = await confirm({
      title: `Inspect nothing at ${site} for ${span(ms)}?`,
      body: [h("p", null, "Reason: ", reason), h("p", null, "Every edge of the site is told at once.")],
      does: "Splice everything",
      kind: "danger primary",
      retype: site,
      retypeLabel: `Type the site's name, ${site}, to confirm`,
      act: () => act(calls.orderEmergency(site), { lasting: seconds(ms), reason }),
    });
    if (done) {
      reason = "";
      note(`Nothing is inspected at ${site} from now on.`);
      look();
      emergenciesChanged();
    }
  }

  async function lift(each) {
    const done = await confirm({
      title: `Let the policy hold again at ${each.site}?`,
      body: h("div.field", null, h("label", { for: "why" }, "Why, for the record"), h("input", { id: "why", name: "why", required: true, maxlength: 500, autocomplete: "off", autofocus: true })),
      does: "Lift it",
      act: async form => {
        const why = form.elements.namedItem("why").value.trim();
        return why ? act(calls.liftEmergency(each.site), { reason: why }) : "Say why.";
      },
    });
    if (done) {
      note(`The policy holds again at ${each.site}.`);
      look();
      emergenciesChanged();
    }
  }
}

// Sites and their edges: who is there, what each decides by, how its connections fare. A square is an edge.

import { read } from "../api.js";
import { calls } from "../calls.js";
import { failing, over, phase, standing } from "../desk.js";
import { h, svg } from "../dom.js";
import { count, empty, figures, loading, named, num, percent, prose, refusal, siteOf, state, tag } from "../parts.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

const STATES = { "": "any state", bad: "refusing", off: "away", busy: "taking a version", warn: "in trouble", good: "well" };

/** @param {import("../main.js").Place} place */
export function open(place) {
  const only = place.words[0] ?? "";
  const edges = tableState({ by: "State" });
  let answer = null;
  let rollout = null;
  let wanted = place.query.get("state") ?? "";
  let filter = "";
  if (only) place.title(only);
  place.show(h("div.view", null, h("header", null, h("h1", null, only || "Fleet")), loading("sites")));

  const look = place.keep(4000, async () => {
    const got = await read(calls.sites(), { signal: place.signal });
    if (got.ok && num(got.value.rollout)) {
      const running = await read(calls.rollout(got.value.rollout), { signal: place.signal });
      rollout = running.ok ? running.value : null;
    } else rollout = null;
    answer = got.ok || !answer?.ok ? got : { ...answer, late: got.problem };
    update();
  });

  function update() {
    if (place.signal.aborted) return;
    place.show(h("div.view", null, answer.ok ? page() : [h("header", null, h("h1", null, only || "Fleet")), refusal(answer.problem, look)]));
  }

  function page() {
    const sites = (answer.value.sites ?? []).filter(each => !only || each.name === only);
    const all = sites.flatMap(each => each.edges ?? []);
    return [
      h("header", null,
        only ? h("a.small", { href: "#/fleet" }, "‹ Fleet") : null,
        h("h1", null, only ? `Site ${only}` : "Fleet"),
        only ? h("div.actions", null, h("a.button", { href: `#/exclusions?site=${encodeURIComponent(only)}` }, "Exclusions"), h("a.button", { href: `#/emergency?site=${encodeURIComponent(only)}` }, "Emergency")) : null),
      answer.late ? refusal(answer.late, look) : null,
      only && !sites.length ? empty(`No edge of ${only} was ever here`, "A site is known once one of its edges has connected.") : null,
      !only && !sites.length ? empty("No edge was ever here", "An edge appears when it connects with its fleet certificate; docs/deploy.md says how one is set up.") : null,
      all.length ? summary(all, sites.length) : null,
      rollout && !over(rollout) ? running() : null,
      all.length && !only ? h("section.sites", { "aria-label": "Sites" }, sites.map(siteCard)) : null,
      only && all.length ? h("section.card", { "aria-label": "All edges at a glance" }, matrix(all), legend(all)) : null,
      all.length ? edgeTable(all) : null,
    ];
  }

  function summary(all, sites) {
    const tally = tallied(all);
    const newest = num(answer.value.baseVersion);
    const on = all.filter(each => num(each.edge?.activeVersion) === newest).length;
    return figures([
      [only ? "edges connected" : `edges connected, at ${count(sites, "site")}`, [all.length - tally.off, h("span.muted", null, ` / ${all.length}`)]],
      newest ? [`decide by v${newest}`, on] : null,
      tally.bad ? ["refuse a version", state("bad", tally.bad)] : null,
      tally.off ? ["away", state("off", tally.off)] : null,
      tally.busy ? ["take a version", state("busy", tally.busy)] : null,
      tally.warn ? ["in trouble", state("warn", tally.warn)] : null,
    ].filter(Boolean));
  }

  function running() {
    const wave = rollout.waves?.[rollout.currentWave ?? 0];
    return h("section.card", { "aria-label": "Rollout under way" }, h("header", null,
      h("h2", null, h("a", { href: `#/rollouts/${rollout.id}` }, `Rollout ${rollout.id}`)), tag(`v${rollout.version}`, "accent"), phase(rollout),
      wave ? h("span", null, `wave ${(rollout.currentWave ?? 0) + 1} of ${rollout.waves.length}, ${wave.name}: ${wave.taken ?? 0} of ${wave.edges ?? 0} have it`) : null,
      rollout.next ? h("span.muted", null, "goes on ", when(rollout.next)) : null,
      rollout.why ? h("span.muted", null, rollout.why) : null));
  }

  function siteCard(site) {
    const edges = site.edges ?? [];
    const tally = tallied(edges);
    return h(site.emergency ? "article.site.bad" : "article.site", { "data-key": site.name, "aria-labelledby": `site-${site.name}` },
      h("header.bar", null, h("h3", { id: `site-${site.name}` }, h("a", { href: `#/fleet/${encodeURIComponent(site.name)}` }, site.name)),
        h("span.muted", null, `${edges.length - tally.off} / ${count(edges.length, "edge")}`),
        site.emergency ? h("span.end", null, state("bad", "emergency")) : null),
      matrix(edges),
      legend(edges),
      versions(edges));
  }

  function edgeTable(all) {
    const needle = filter.trim().toLowerCase();
    const rows = all.map(each => ({ each, standing: standing(each) })).filter(({ each, standing: { kind } }) => (!wanted || kind === wanted)
      && (!needle || `${each.edge?.identity} ${(each.labels ?? []).join(" ")} ${each.edge?.build} v${each.edge?.activeVersion}`.toLowerCase().includes(needle)));
    const rank = { bad: 0, off: 1, warn: 2, busy: 3, good: 4 };
    return h("section", { "aria-label": "Edges", class: "view" },
      h("div.bar", null,
        h("h2", null, "Edges"),
        h("input", { type: "search", "aria-label": "Filter edges", placeholder: "Name, site, label, build, version", size: 34, value: filter, "data-kept": true, oninput: event => { filter = event.target.value; edges.page = 0; update(); } }),
        h("select", { "aria-label": "State", onchange: event => { wanted = event.target.value; edges.page = 0; update(); } },
          Object.entries(STATES).map(([value, text]) => h("option", { value, selected: value === wanted }, text))),
        h("span.muted", { role: "status" }, count(rows.length, "edge"))),
      table({
        caption: "Edges",
        state: edges,
        update,
        rows,
        key: ({ each }) => each.edge?.identity ?? "",
        none: empty("No edge is like that", "Change the filter or the state."),
        columns: [
          { title: "Edge", heads: true, by: ({ each }) => named(each.edge?.identity), cell: ({ each }) => h("a", { href: `#/fleet/${encodeURIComponent(siteOf(each.edge?.identity))}`, title: each.edge?.identity }, named(each.edge?.identity)) },
          !only && { title: "Site", by: ({ each }) => siteOf(each.edge?.identity), cell: ({ each }) => siteOf(each.edge?.identity) },
          { title: "State", by: row => rank[row.standing.kind], cell: ({ each, standing: { kind, word } }) => [state(kind, word), problems(each)] },
          { title: "Version", kind: "number", by: ({ each }) => num(each.edge?.activeVersion), cell: ({ each }) => [num(each.edge?.activeVersion) ? `v${each.edge.activeVersion}` : "none", num(each.shadowVersion) ? h("span.muted", null, ` +v${each.shadowVersion} in shadow`) : null] },
          { title: "Connections", kind: "number", by: ({ each }) => num(each.health?.connections), cell: ({ each }) => (each.health ? num(each.health.connections).toLocaleString("en-GB") : "–") },
          { title: "Failing", kind: "number", by: ({ each }) => failing(each.health) ?? -1, cell: ({ each }) => share(each.health, "handshakeFailures") },
          { title: "Refused us", kind: "number", by: ({ each }) => num(each.health?.clientRefusals), cell: ({ each }) => share(each.health, "clientRefusals") },
          { title: "Labels", cell: ({ each }) => (each.labels ?? []).map(label => [tag(label), " "]) },
          { title: "Build", by: ({ each }) => each.edge?.build ?? "", cell: ({ each }) => h("span.mono", null, each.edge?.build) },
          { title: "Last heard", kind: "tight", by: ({ each }) => each.edge?.lastSeen ?? "", cell: ({ each }) => when(each.edge?.lastSeen) },
        ].filter(Boolean),
      }));
  }
}

function problems(each) {
  const list = each.edge?.problems ?? [];
  if (!list.length) return null;
  return h("details", null, h("summary", null, count(list.length, "problem")), h("ul", null, list.map(one => h("li", null, h("code", null, [one.file, one.line, one.column].filter(Boolean).join(":")), " ", prose(one.message)))));
}

function share(health, figure) {
  const connections = num(health?.connections);
  return connections ? percent(num(health[figure]) / connections) : "–";
}

function tallied(edges) {
  const tally = { good: 0, busy: 0, warn: 0, bad: 0, off: 0 };
  for (const each of edges) tally[standing(each).kind]++;
  return tally;
}

function legend(edges) {
  const words = { bad: "refusing", warn: "in trouble", busy: "taking a version", off: "away", good: "well" };
  const tally = tallied(edges);
  return h("div.legend", null, Object.entries(words).filter(([kind]) => tally[kind]).map(([kind, word]) => state(/** @type {any} */ (kind), `${tally[kind]} ${word}`)));
}

function versions(edges) {
  const tally = new Map();
  for (const each of edges) tally.set(num(each.edge?.activeVersion), (tally.get(num(each.edge?.activeVersion)) ?? 0) + 1);
  return h("div.versions.muted", null, [...tally].sort(([a], [b]) => b - a).map(([version, number]) => h("span", null, version ? `v${version}` : "no policy", edges.length > number ? ` on ${number}` : "")));
}

/** All edges in one drawing: one path a state, however many there are. */
function matrix(edges) {
  const pitch = edges.length > 600 ? 6 : edges.length > 60 ? 9 : 13;
  const size = pitch - (pitch > 6 ? 2 : 1);
  const columns = Math.floor(222 / pitch);
  const paths = { good: "", busy: "", warn: "", bad: "", off: "" };
  edges.forEach((each, index) => {
    const x = (index % columns) * pitch;
    const y = Math.floor(index / columns) * pitch;
    const { kind } = standing(each);
    const inset = kind === "off" ? 0.5 : 0;
    const side = size - 2 * inset;
    paths[kind] += `M${x + inset} ${y + inset}h${side}v${side}h-${side}z`;
  });
  const width = columns * pitch;
  const height = Math.max(1, Math.ceil(edges.length / columns)) * pitch;
  return svg("svg.fleet", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    Object.entries(paths).filter(([, d]) => d).map(([kind, d]) => svg(`path.${kind}`, { d })));
}

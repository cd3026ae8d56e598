// Rollouts: the list, one of them as it goes, and the form that starts one (start.js).

import { act, all, read } from "../api.js";
import { calls } from "../calls.js";
import { METRICS, over, phase } from "../desk.js";
import { confirm } from "../dialog.js";
import { h, svg } from "../dom.js";
import { alarm, note, say } from "../live.js";
import { button, count, empty, loading, num, pairs, percent, refusal, state, tag, who } from "../parts.js";
import { cannot } from "../session.js";
import { hear } from "../stream.js";
import { table, tableState } from "../table.js";
import { duration, exact, span, when } from "../time.js";

/** @param {import("../main.js").Place} place */
export async function open(place) {
  if (place.words[0] === "new") (await import("./start.js")).open(place);
  else if (place.words[0]) one(place, place.words[0]);
  else list(place);
}

// ---- all of them

function list(place) {
  const shown = tableState();
  let answer = null;
  const head = () => h("header", null, h("h1", null, "Rollouts"),
    h("div.actions", null, cannot("StartRollout") ? button("Start a rollout", () => {}, { why: cannot("StartRollout") }) : h("a.button.primary", { href: "#/rollouts/new" }, "Start a rollout")));
  place.show(h("div.view", null, head(), loading("rollouts")));
  const look = place.keep(4000, async () => {
    const got = await all(calls.rollouts(), "rollouts", { query: { page_size: 100 }, signal: place.signal, most: 500 });
    answer = got;
    update();
  });
  function update() {
    if (place.signal.aborted) return;
    place.show(h("div.view", null, head(), answer.ok
      ? table({
        caption: "Rollouts",
        state: shown,
        update,
        rows: answer.value,
        key: each => each.id,
        none: empty("Nothing was rolled out yet", "Write a policy and save it; then start a rollout of that version."),
        columns: [
          { title: "Rollout", heads: true, kind: "tight", by: each => num(each.id), cell: each => h("a", { href: `#/rollouts/${each.id}` }, `Rollout ${each.id}`) },
          { title: "Version", kind: "number", by: each => num(each.version), cell: each => `v${each.version}` },
          { title: "Policy", cell: each => each.policy },
          { title: "Phase", by: each => each.phase, cell: phase },
          { title: "Wave", cell: each => progress(each) },
          { title: "Why", kind: "wide", cell: each => h("span.muted", null, each.why) },
          { title: "Started", kind: "tight", by: each => each.started, cell: each => when(each.started) },
          { title: "By", cell: each => who(each.startedBy) },
        ],
      })
      : refusal(answer.problem, look)));
  }
}

function progress(each) {
  const total = each.plan?.waves?.length ?? each.waves?.length ?? 0;
  if (!total || ["ROLLOUT_PHASE_AWAITING_APPROVAL", "ROLLOUT_PHASE_SCHEDULED"].includes(each.phase)) return "";
  return `${(each.currentWave ?? 0) + 1} of ${total}`;
}

// ---- one of them

/** So often what is heard is held against what is asked, in milliseconds: a connection may be dead and nobody say so. */
const CHECKED = 20_000;

const ACTS = {
  ROLLOUT_ACT_PAUSE: { verb: "pause", method: "PauseRollout", does: "Pause", kind: "", tells: "No further edge gets the version until it is resumed. Edges that have it keep it." },
  ROLLOUT_ACT_RESUME: { verb: "resume", method: "ResumeRollout", does: "Resume", kind: "primary", tells: "It goes on. Gates that have failed are waived until the next wave." },
  ROLLOUT_ACT_ABORT: { verb: "abort", method: "AbortRollout", does: "Abort", kind: "danger", tells: "It ends where it is: edges that have the version keep it, and no other gets it." },
  ROLLOUT_ACT_ROLL_BACK: { verb: "rollBack", method: "RollBack", does: "Roll back", kind: "danger", tells: "The version before is published again under a new number, to every edge at once." },
};

function one(place, id) {
  place.title(`Rollout ${id}`);
  let answer = null;
  let told = "";
  place.show(h("div.view", null, h("header", null, h("h1", null, `Rollout ${id}`)), loading("the rollout")));
  let asked = -Infinity;
  const heard = hear(calls.watchRollout(id), place.signal, { told: value => take({ ok: true, value, tag: "" }), lost: () => look() });
  const look = place.keep(2000, async () => {
    if (heard() && performance.now() - asked < CHECKED) return;
    asked = performance.now();
    take(await read(calls.rollout(id), { signal: place.signal }));
  });

  function take(got) {
    answer = got.ok || !answer?.ok ? got : { ...answer, late: got.problem };
    update();
    if (got.ok) tell(got.value);
  }

  /** A change of phase is said, and one that a person should see at once loudly. */
  function tell(rollout) {
    const words = `${rollout.phase} ${rollout.currentWave ?? 0}`;
    if (told && told !== words) {
      const bad = ["ROLLOUT_PHASE_PAUSED", "ROLLOUT_PHASE_ROLLING_BACK"].includes(rollout.phase);
      (bad ? alarm : say)(`Rollout ${id}: ${phase(rollout).textContent}. ${rollout.why ?? ""}`);
    }
    told = words;
  }

  function update() {
    if (place.signal.aborted) return;
    if (!answer.ok) {
      place.show(h("div.view", null, h("header", null, h("a.small", { href: "#/rollouts" }, "‹ Rollouts"), h("h1", null, `Rollout ${id}`)), refusal(answer.problem, look)));
      return;
    }
    const rollout = answer.value;
    place.show(h("div.view", null,
      h("header", null, h("a.small", { href: "#/rollouts" }, "‹ Rollouts"), h("h1", null, `Rollout ${rollout.id}`), tag(`v${rollout.version}`, "accent"), phase(rollout),
        h("div.actions", null, actions(rollout))),
      answer.late ? refusal(answer.late, look) : null,
      reason(rollout),
      h("div.columns.uneven", null,
        h("section.card", { "aria-label": "Waves" }, h("header", null, h("h2", null, "Waves")), waves(rollout)),
        h("div.view", null, about(rollout), history(rollout)))));
  }

  function reason(rollout) {
    // Where it went back, what made it go back says more than how that ended.
    const turned = (rollout.history ?? []).find(each => each.to === "ROLLOUT_PHASE_ROLLING_BACK");
    const why = ["ROLLOUT_PHASE_ROLLING_BACK", "ROLLOUT_PHASE_ROLLED_BACK"].includes(rollout.phase) && turned ? turned.reason : rollout.why;
    if (!why) return null;
    const kind = rollout.phase === "ROLLOUT_PHASE_PAUSED" || rollout.phase === "ROLLOUT_PHASE_AWAITING_APPROVAL" ? "warn" : ["ROLLOUT_PHASE_ROLLING_BACK", "ROLLOUT_PHASE_ROLLED_BACK"].includes(rollout.phase) ? "bad" : "";
    return h(kind ? `div.note.${kind}` : "div.note", null, h("p", null, why),
      rollout.phase === "ROLLOUT_PHASE_AWAITING_APPROVAL" ? h("p", null, `${rollout.approvals ?? 0} of ${count(rollout.approvalsNeeded ?? 0, "approval")}. `, h("a", { href: `#/approvals/${rollout.version}` }, "Approve it")) : null,
      num(rollout.supersededBy) ? h("p", null, h("a", { href: `#/rollouts/${rollout.supersededBy}` }, `Rollout ${rollout.supersededBy} took its place`)) : null);
  }

  function actions(rollout) {
    const possible = rollout.possible ?? [];
    return Object.entries(ACTS).filter(([name]) => possible.includes(name)).map(([name, { verb, method, does, kind, tells }]) =>
      button(does, () => doIt(rollout, verb, does, kind, tells), { why: cannot(/** @type {any} */ (method)), kind, key: name }));
  }

  async function doIt(rollout, verb, does, kind, tells) {
    const done = await confirm({
      title: `${does} rollout ${rollout.id} of v${rollout.version}?`,
      body: [h("p", null, tells), h("div.field", null, h("label", { for: "reason" }, "Reason, for the history"), h("input", { id: "reason", name: "reason", maxlength: 500, autocomplete: "off", autofocus: true }))],
      does,
      kind: kind === "danger" ? "danger primary" : "primary",
      // What it has come to while the dialog was open is not what was decided on.
      act: form => act(calls.rolloutAct(rollout.id, verb), { reason: form.elements.namedItem("reason").value }, { match: `"${rollout.revision}"` }),
    });
    if (done) {
      note(`${does}: rollout ${rollout.id}.`);
      look();
    }
  }
}

function waves(rollout) {
  const planned = rollout.plan?.waves ?? [];
  return h("ol.waves", null, planned.map((wave, index) => {
    const now = rollout.waves?.[index] ?? {};
    const current = index === (rollout.currentWave ?? 0) && !["ROLLOUT_PHASE_AWAITING_APPROVAL", "ROLLOUT_PHASE_SCHEDULED"].includes(rollout.phase);
    const done = now.standing === "WAVE_STANDING_DONE";
    const failed = current && ["ROLLOUT_PHASE_ROLLING_BACK", "ROLLOUT_PHASE_ROLLED_BACK"].includes(rollout.phase);
    const kind = failed ? "failed" : done ? "done" : current && !over(rollout) ? "now" : "";
    return h(kind ? `li.wave.${kind}` : "li.wave", { "data-key": wave.name, "aria-current": kind === "now" ? "step" : null },
      h("span.number", { "aria-hidden": "true" }, done && !failed ? "✓" : failed ? "!" : index + 1),
      h("div.body", null,
        h("div.head", null, h("h3", null, wave.name), h("span.muted", null, whom(wave)), wave.shadow ? tag("shadow") : null, waveState(now, rollout, current)),
        num(now.edges) || current ? taken(now) : null,
        current && rollout.gates?.length ? gates(rollout) : null));
  }));
}

/** Who is in a wave, in words. */
export function whom(wave) {
  const share = wave.percent && wave.percent < 100 ? `${wave.percent} % of ` : "";
  const edges = wave.labels?.length ? `edges labelled ${wave.labels.join(" or ")}` : share ? "edges" : "every edge";
  const at = wave.sites?.length ? ` at ${wave.sites.join(", ")}` : wave.labels?.length || share ? " everywhere" : "";
  return `${share}${edges}${at}${duration(wave.bake) ? `, bakes ${span(duration(wave.bake))}` : ""}`;
}

function waveState(now, rollout, current) {
  switch (now.standing) {
    case "WAVE_STANDING_DONE": return state("good", "through");
    case "WAVE_STANDING_BAKING": return [state("busy", "baking"), current && rollout.next && rollout.phase === "ROLLOUT_PHASE_BAKING" ? h("span", null, "until ", when(rollout.next, "both")) : null];
    case "WAVE_STANDING_OFFERING": return state("busy", "offering");
    default: return h("span.muted", null, "waiting");
  }
}

/** One bar: taken, refused, without an answer, away. */
function taken(now) {
  const total = Math.max(1, num(now.edges));
  const parts = [["good", num(now.taken)], ["bad", num(now.refused)], ["busy", num(now.pending)], ["off", num(now.away)]];
  let at = 0;
  const bars = parts.map(([kind, number]) => {
    const width = 100 * number / total;
    const bar = number ? svg(`rect.${kind}`, { x: at, y: 0, width, height: 8 }) : null;
    at += width;
    return bar;
  });
  const words = [`${now.taken ?? 0} of ${count(now.edges ?? 0, "edge")} have it`, now.refused && `${now.refused} refused`, now.pending && `${now.pending} to answer`, now.away && `${now.away} away`, now.passedOver && `${now.passedOver} passed over`, now.earlier && `${now.earlier} had it before`].filter(Boolean);
  return h("div", null, svg("svg.fleet.line", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", width: "100%", height: 8 }, bars), h("span.small", null, words.join(", ")));
}

const GATES = { GATE_STANDING_KEPT: ["good", "kept"], GATE_STANDING_FAILED: ["bad", "failed"], GATE_STANDING_WAIVED: ["warn", "waived"], GATE_STANDING_NOT_JUDGED: ["off", "too little to judge"] };

function gates(rollout) {
  return h("ul.gates", { "aria-label": "Gates" }, rollout.gates.map(gate => {
    const [kind, word] = GATES[gate.standing] ?? ["off", "unknown"];
    const written = gate.metric === "GATE_METRIC_NACKS" ? value => String(value ?? 0) : value => percent(value ?? 0);
    const over = `${num(gate.over).toLocaleString("en-GB")} ${gate.metric === "GATE_METRIC_NACKS" ? "edges" : "connections"}`;
    return h("li.gate", { "data-key": gate.metric },
      h("div.bar", null, h("span", null, METRICS[gate.metric] ?? gate.metric), h("b", null, written(gate.value)), h("span.end", null, state(/** @type {any} */ (kind), word))),
      gauge(gate.value ?? 0, gate.limit ?? 0, kind),
      h("span.small.muted", null, `at most ${written(gate.limit)}`, gate.baseValue !== undefined ? `; before ${written(gate.baseValue)}` : "", `; over ${over}`));
  }));
}

/** How near a figure is to its limit, which stands at two thirds. */
function gauge(value, limit, kind) {
  const full = limit > 0 ? limit * 1.5 : Math.max(1, value);
  const width = Math.min(100, 100 * value / full);
  return svg("svg.fleet.gauge", { viewBox: "0 0 100 10", preserveAspectRatio: "none", width: "100%", height: 10, "aria-hidden": "true" },
    svg("rect.ground", { x: 0, y: 3, width: 100, height: 4 }),
    svg(`rect.${kind === "off" ? "busy" : kind}`, { x: 0, y: 3, width, height: 4 }),
    svg("rect.limit", { x: limit > 0 ? 66 : 0, y: 0, width: 0.8, height: 10 }));
}

function about(rollout) {
  return h("section.card", { "aria-label": "About" }, h("header", null, h("h2", null, "About")), pairs([
    ["Policy", rollout.policy],
    ["Version", [h("a", { href: `#/policy/${rollout.version}` }, `v${rollout.version}`), num(rollout.askedVersion) && rollout.askedVersion !== rollout.version ? `, which is v${rollout.askedVersion} again` : "", num(rollout.baseVersion) ? [", after ", h("a", { href: `#/policy/${rollout.baseVersion}` }, `v${rollout.baseVersion}`)] : ""]],
    num(rollout.backVersion) ? ["Went back to", `v${rollout.baseVersion} as v${rollout.backVersion}`] : ["", null],
    ["Started", [when(rollout.started, "both"), " by ", who(rollout.startedBy)]],
    ["In this phase since", when(rollout.since, "both")],
    rollout.next ? ["Goes on", when(rollout.next, "both")] : ["", null],
    rollout.approvalsNeeded ? ["Approvals", h("a", { href: `#/approvals/${rollout.version}` }, `${rollout.approvals ?? 0} of ${rollout.approvalsNeeded}`)] : ["", null],
    ["At a deadline", rollout.plan?.onDeadline === "GATE_ACTION_ROLL_BACK" ? "rolls back" : "pauses"],
  ]));
}

function history(rollout) {
  const list = [...(rollout.history ?? [])].reverse();
  if (!list.length) return null;
  return h("section.card", { "aria-label": "History" }, h("header", null, h("h2", null, "History")),
    h("ol.history", { reversed: true }, list.map(each => h("li", { "data-key": each.number },
      h("span.muted", { title: exact(each.at) }, when(each.at)),
      h("div", null, phase({ phase: each.to }), num(each.wave) || ["ROLLOUT_PHASE_WAVE", "ROLLOUT_PHASE_BAKING"].includes(each.to) ? ` wave ${(each.wave ?? 0) + 1}` : "", " by ", who(each.actor), each.reason ? h("p", null, each.reason) : null)))));
}

// What several views know about rollouts and edges: words for what the API calls by its own names.

import { read } from "./api.js";
import { calls } from "./calls.js";
import { num, state } from "./parts.js";
import { cannot } from "./session.js";

/** How many things wait for a person, by view. A view that cannot be asked has no count. */
export async function navCounts() {
  const [rollouts, reports] = await Promise.all([
    read(calls.rollouts(), { query: { page_size: 10 } }),
    cannot("ListReports") ? null : read(calls.reports(), { query: { page_size: 100 } }),
  ]);
  const list = rollouts.ok ? rollouts.value.rollouts ?? [] : [];
  const paused = list.filter(each => each.phase === "ROLLOUT_PHASE_PAUSED").length;
  const waiting = list.filter(each => each.phase === "ROLLOUT_PHASE_AWAITING_APPROVAL").length;
  const open = reports?.ok ? (reports.value.reports ?? []).length : 0;
  return { rollouts: paused, approvals: waiting, reports: open };
}

/** Phases of a rollout: word, kind of state, whether it is over. @type {Record<string, [string, "good"|"warn"|"bad"|"busy"|"off", boolean]>} */
export const PHASES = {
  ROLLOUT_PHASE_AWAITING_APPROVAL: ["Awaiting approval", "warn", false],
  ROLLOUT_PHASE_SCHEDULED: ["Scheduled", "busy", false],
  ROLLOUT_PHASE_WAVE: ["Rolling out", "busy", false],
  ROLLOUT_PHASE_BAKING: ["Baking", "busy", false],
  ROLLOUT_PHASE_PAUSED: ["Paused", "warn", false],
  ROLLOUT_PHASE_ROLLING_BACK: ["Rolling back", "bad", false],
  ROLLOUT_PHASE_ROLLED_BACK: ["Rolled back", "bad", true],
  ROLLOUT_PHASE_ABORTED: ["Aborted", "warn", true],
  ROLLOUT_PHASE_COMPLETE: ["Complete", "good", true],
  ROLLOUT_PHASE_SUPERSEDED: ["Superseded", "off", true],
};

export function phase(rollout) {
  const [word, kind] = PHASES[rollout.phase] ?? [rollout.phase ?? "Unknown", "off"];
  return state(kind, word);
}

export function over(rollout) {
  return PHASES[rollout.phase]?.[2] ?? false;
}

/** What a gate looks at: its name, and how its figures are written. */
export const METRICS = {
  GATE_METRIC_HANDSHAKE_FAILURES: "Handshake failures",
  GATE_METRIC_CLIENT_REFUSALS: "Client refusals",
  GATE_METRIC_SPLICES_BY_FAILURE: "Splices by failure",
  GATE_METRIC_NACKS: "Edges refusing",
  GATE_METRIC_SHADOW_DIFFERING: "Differing in shadow",
};

/**
 * How an edge stands.
 * @param {any} each a SiteEdge
 * @returns {{kind: "good"|"warn"|"bad"|"busy"|"off", word: string}}
 */
export function standing(each) {
  const edge = each.edge ?? {};
  const target = num(each.targetVersion);
  if (num(edge.rejectedVersion) && (edge.problems ?? []).length && num(edge.rejectedVersion) !== num(edge.activeVersion)) return { kind: "bad", word: `refused v${edge.rejectedVersion}` };
  if (!edge.connected) return { kind: "off", word: "away" };
  if (target && target !== num(edge.activeVersion)) return { kind: "busy", word: `taking v${target}` };
  if (!num(edge.activeVersion)) return { kind: "warn", word: "no policy" };
  const share = failing(each.health);
  if (share !== null && share > 0.05) return { kind: "warn", word: "handshakes fail" };
  return { kind: "good", word: "well" };
}

/** Share of handshakes that fail; null where nothing is known or too little. */
export function failing(health) {
  const connections = num(health?.connections);
  return connections < 20 ? null : num(health.handshakeFailures) / connections;
}

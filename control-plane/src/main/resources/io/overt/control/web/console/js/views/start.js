// Starts a rollout: of which version, in which waves, held by which gates.

import { act, all, read } from "../api.js";
import { calls } from "../calls.js";
import { METRICS } from "../desk.js";
import { confirm } from "../dialog.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { button, count, empty, field, loading, refusal } from "../parts.js";
import { cannot } from "../session.js";
import { seconds, written } from "../time.js";

const CONFIGURED = "configured";
const OWN = "own";

/** @param {import("../main.js").Place} place */
export async function open(place) {
  place.title("Start a rollout");
  place.show(h("div.view", null, h("header", null, h("h1", null, "Start a rollout")), loading("versions")));
  const [versions, sites] = await Promise.all([all(calls.versions(), "versions", { query: { limit: 200 }, signal: place.signal, most: 200 }), read(calls.sites(), { signal: place.signal })]);
  const head = () => h("header", null, h("a.small", { href: "#/rollouts" }, "‹ Rollouts"), h("h1", null, "Start a rollout"));
  if (!versions.ok) {
    place.show(h("div.view", null, head(), refusal(versions.problem, () => open(place))));
    return;
  }
  if (!versions.value.length) {
    place.show(h("div.view", null, head(), empty("There is no version yet", h("a", { href: "#/policy" }, "Write a policy"))));
    return;
  }
  const edges = sites.ok ? (sites.value.sites ?? []).flatMap(site => (site.edges ?? []).map(each => ({ site: site.name, labels: each.labels ?? [], connected: each.edge?.connected }))) : [];
  const known = { sites: [...new Set(edges.map(each => each.site))], labels: [...new Set(edges.flatMap(each => each.labels))] };
  const form = draft();
  let trouble = [];
  const render = () => place.show(h("div.view", null, head(), page()));
  render();

  function draft() {
    const canary = known.labels.includes("canary") ? { labels: "canary", percent: "" } : { labels: "", percent: "5" };
    return {
      version: place.query.get("version") ?? versions.value[0].version,
      plan: CONFIGURED,
      reason: "",
      start: "",
      onDeadline: "GATE_ACTION_PAUSE",
      waves: [{ name: "canary", sites: "", bake: "10m", deadline: "10m", shadow: false, ...canary }, { name: "everywhere", sites: "", labels: "", percent: "", bake: "10m", deadline: "10m", shadow: false }],
      gates: [
        { metric: "GATE_METRIC_HANDSHAKE_FAILURES", atMost: "2", timesBase: "1.5", connections: "200", action: "GATE_ACTION_ROLL_BACK" },
        { metric: "GATE_METRIC_NACKS", atMost: "0", timesBase: "", connections: "0", action: "GATE_ACTION_ROLL_BACK" },
      ],
    };
  }

  function page() {
    return h("form", { "data-key": "start", onsubmit: event => { event.preventDefault(); submit(); }, novalidate: true },
      h("div.fields", null,
        field("Version", select(form, "version", versions.value.map((each, index) => [each.version, `v${each.version}${index ? "" : ", the newest"} · ${each.policy} · by ${each.publisher}`]))),
        field("Not before", input(form, "start", { type: "datetime-local" }), "Empty: at once. By this browser's clock and zone."),
        field("Reason, for the history", input(form, "reason", { maxlength: 500, size: 32 }))),
      h("fieldset", null, h("legend", null, "Plan"),
        h("div.bar", null,
          radio(CONFIGURED, "The plan of the control plane's configuration"),
          radio(OWN, "A plan of its own"))),
      form.plan === OWN ? [wavesSet(), gatesSet()] : null,
      trouble.length ? h("div.note.bad", { role: "alert" }, h("strong", null, "Not started"), h("ul", null, trouble.map(each => h("li", null, each)))) : null,
      h("div.bar", null, h("button.primary", { type: "submit", "aria-disabled": cannot("StartRollout") ? "true" : null, title: cannot("StartRollout") || null }, "Start the rollout"),
        cannot("StartRollout") ? h("span.muted", null, cannot("StartRollout")) : null));
  }

  function radio(value, text) {
    return h("label.check", null, h("input", { type: "radio", name: "plan", value, checked: form.plan === value, onchange: () => { form.plan = value; render(); } }), text);
  }

  function wavesSet() {
    return h("fieldset", { "data-key": "waves" }, h("legend", null, "Waves, in this order"),
      h("p.muted.small", null, "An edge is in the first wave that takes it. The last takes every edge, and not in shadow."),
      form.waves.map((wave, index) => h("div.fields", { "data-key": `wave ${index}`, role: "group", "aria-label": `Wave ${index + 1}` },
        field(`Wave ${index + 1}`, input(wave, "name", { size: 12 })),
        field("Sites", input(wave, "sites", { size: 14, placeholder: "every site", list: "known-sites" })),
        field("Labels", input(wave, "labels", { size: 12, placeholder: "every edge", list: "known-labels" })),
        field("Per cent", input(wave, "percent", { size: 4, inputmode: "numeric", placeholder: "100" })),
        field("Bakes", input(wave, "bake", { size: 6, placeholder: "0s" })),
        field("Deadline", input(wave, "deadline", { size: 6, placeholder: "10m" })),
        h("label.check", null, h("input", { type: "checkbox", checked: wave.shadow, onchange: event => { wave.shadow = event.target.checked; render(); } }), "Shadow"),
        h("span.muted.small", null, reach(index)),
        form.waves.length > 1 ? button("Remove", () => { form.waves.splice(index, 1); render(); }, { kind: "plain tiny", label: `Remove wave ${index + 1}` }) : null)),
      h("div.bar", null, button("Add a wave", () => { form.waves.splice(form.waves.length - 1, 0, { name: `wave-${form.waves.length}`, sites: "", labels: "", percent: "25", bake: "10m", deadline: "10m", shadow: false }); render(); }, { kind: "tiny" })),
      h("datalist", { id: "known-sites" }, known.sites.map(value => h("option", { value }))),
      h("datalist", { id: "known-labels" }, known.labels.map(value => h("option", { value }))));
  }

  function gatesSet() {
    return h("fieldset", { "data-key": "gates" }, h("legend", null, "Gates, in every wave"),
      form.gates.map((gate, index) => {
        const nacks = gate.metric === "GATE_METRIC_NACKS";
        return h("div.fields", { "data-key": `gate ${index}`, role: "group", "aria-label": `Gate ${index + 1}` },
          field(`Gate ${index + 1}`, select(gate, "metric", Object.entries(METRICS), render)),
          field(nacks ? "At most, edges" : "At most, %", input(gate, "atMost", { size: 5, inputmode: "decimal" })),
          nacks ? null : field("Or times before", input(gate, "timesBase", { size: 5, inputmode: "decimal", placeholder: "–" })),
          nacks ? null : field("Judged from connections", input(gate, "connections", { size: 7, inputmode: "numeric" })),
          field("When it fails", select(gate, "action", [["GATE_ACTION_PAUSE", "pause"], ["GATE_ACTION_ROLL_BACK", "roll back"]])),
          button("Remove", () => { form.gates.splice(index, 1); render(); }, { kind: "plain tiny", label: `Remove gate ${index + 1}` }));
      }),
      h("div.bar", null,
        button("Add a gate", () => { form.gates.push({ metric: "GATE_METRIC_CLIENT_REFUSALS", atMost: "1", timesBase: "", connections: "200", action: "GATE_ACTION_PAUSE" }); render(); }, { kind: "tiny" }),
        field("When a wave misses its deadline", select(form, "onDeadline", [["GATE_ACTION_PAUSE", "pause"], ["GATE_ACTION_ROLL_BACK", "roll back"]]))));
  }

  /** How many edges a wave would take, as far as this page knows them. */
  function reach(index) {
    if (!edges.length) return "";
    const taking = wave => each => (!words(wave.sites).length || words(wave.sites).includes(each.site)) && (!words(wave.labels).length || words(wave.labels).some(label => each.labels.includes(label)));
    const before = form.waves.slice(0, index);
    const here = edges.filter(taking(form.waves[index]));
    const left = here.filter(each => !before.some(wave => !wave.percent && !wave.shadow && taking(wave)(each)));
    const share = Number(form.waves[index].percent || 100) / 100;
    return share < 1 || before.some(wave => wave.percent) ? `about ${count(Math.round(left.length * share), "edge")}` : count(left.length, "edge");
  }

  function plan() {
    const problems = [];
    const time = (text, what) => {
      const ms = text.trim() ? written(text) : 0;
      if (Number.isNaN(ms)) problems.push(`${what}: “${text}” (expected: 30s, 10m, 1h 30m)`);
      return ms;
    };
    const number = (text, what, most) => {
      const value = text.trim() ? Number(text) : 0;
      if (!Number.isFinite(value) || value < 0 || value > most) problems.push(`${what}: “${text}” (expected: a number from 0 to ${most})`);
      return value;
    };
    const made = {
      waves: form.waves.map((wave, index) => {
        const deadline = time(wave.deadline, `Wave ${index + 1}, deadline`);
        return {
          name: wave.name.trim(), sites: words(wave.sites), labels: words(wave.labels), percent: number(wave.percent, `Wave ${index + 1}, per cent`, 100),
          bake: seconds(time(wave.bake, `Wave ${index + 1}, bakes`)), shadow: wave.shadow, ...(deadline ? { deadline: seconds(deadline) } : {}),
        };
      }),
      gates: form.gates.map((gate, index) => ({
        metric: gate.metric,
        atMost: gate.metric === "GATE_METRIC_NACKS" ? number(gate.atMost, `Gate ${index + 1}`, 1e6) : number(gate.atMost, `Gate ${index + 1}, at most`, 100) / 100,
        timesBase: gate.metric === "GATE_METRIC_NACKS" ? 0 : number(gate.timesBase, `Gate ${index + 1}, times before`, 1000),
        connections: gate.metric === "GATE_METRIC_NACKS" ? "0" : String(number(gate.connections, `Gate ${index + 1}, connections`, 1e12)),
        action: gate.action,
      })),
      onDeadline: form.onDeadline,
    };
    return { made, problems };
  }

  async function submit() {
    if (cannot("StartRollout")) return;
    const body = { version: form.version, reason: form.reason };
    const { made, problems } = plan();
    trouble = form.plan === OWN ? problems : [];
    if (trouble.length) {
      render();
      return;
    }
    if (form.plan === OWN) body.plan = { ...made, ...(form.start ? { start: new Date(form.start).toISOString() } : {}) };
    else if (form.start) {
      trouble = ["“Not before” goes with a plan of its own."];
      render();
      return;
    }
    render();
    const done = await confirm({
      title: `Start the rollout of v${form.version}?`,
      body: [h("p", null, form.plan === OWN ? `In ${count(made.waves.length, "wave")}, held by ${count(made.gates.length, "gate")}.` : "By the plan of the control plane's configuration."), h("p", null, "A rollout that is under way is superseded.")],
      does: "Start",
      act: () => act(calls.rollouts(), body),
    });
    if (done) {
      note(`Rollout ${done.rollout?.id} is under way.`);
      location.hash = `#/rollouts/${done.rollout?.id}`;
    }
  }
}

function words(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

function input(object, name, properties = {}) {
  return h("input", { value: object[name], autocomplete: "off", "data-kept": true, oninput: event => { object[name] = event.target.value; }, ...properties });
}

function select(object, name, options, changed = () => {}) {
  return h("select", { onchange: event => { object[name] = event.target.value; changed(); } }, options.map(([value, text]) => h("option", { value, selected: String(object[name]) === String(value) }, text)));
}

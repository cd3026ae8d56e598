// The policy: written, linted as it is written, tried on recorded connections, compared with what is in force, and published. And what
// older versions said.

import { act, all, ask, decode, decodeBytes, encode, encodeBytes, read } from "../api.js";
import { calls } from "../calls.js";
import { confirm } from "../dialog.js";
import { differences } from "../diff.js";
import { h } from "../dom.js";
import { editor } from "../editor.js";
import { alarm, note, say } from "../live.js";
import { button, count, empty, field, figures, loading, num, prose, refusal, state, tag, who } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

const DOCUMENT = "policy.yaml";
const KEPT = "overt-policy-draft";
const LARGEST_TEXT = 256 << 10;
const LARGEST_RECORDS = 8 << 20;
const FIRST = `policy: corporate
rules:
  - name: default
    then: inspect
`;

/**
 * A file: a text that is edited, or bytes too large for that.
 * @typedef {{text: string, bytes: string|null}} File
 */

/** @param {import("../main.js").Place} place */
export function open(place) {
  if (place.words[0] && place.words[0] !== "new") version(place, place.words[0]);
  else write(place);
}

/** @param {any} answer FetchVersionResponse @returns {Map<string, File>} */
function filesOf(answer) {
  return new Map((answer.files ?? []).map(file => {
    const size = (file.content ?? "").length * 0.75;
    return [file.path, size > LARGEST_TEXT ? { text: "", bytes: file.content } : { text: decode(file.content), bytes: null }];
  }));
}

function wire(files) {
  return [...files].map(([path, file]) => ({ path, content: file.bytes ?? encode(file.text) }));
}

function texts(files) {
  return new Map([...files].map(([path, file]) => [path, file.bytes === null ? file.text : `(${Math.round(file.bytes.length * 0.75)} bytes)\n`]));
}

// ---- writing

async function write(place) {
  place.title("Policy");
  place.show(h("div.view", null, h("header", null, h("h1", null, "Policy")), loading("the newest version")));
  const newest = await read(calls.version(0), { signal: place.signal });
  if (place.signal.aborted) return;
  if (!newest.ok && newest.problem.status !== 404) {
    place.show(h("div.view", null, h("header", null, h("h1", null, "Policy")), refusal(newest.problem, () => write(place))));
    return;
  }
  const base = newest.ok ? num(newest.value.version?.version) : 0;
  const before = newest.ok ? filesOf(newest.value) : new Map();
  let draft = kept();
  const from = place.query.get("from");
  if (from) {
    const old = await read(calls.version(from), { signal: place.signal });
    if (old.ok) draft = { base, files: filesOf(old.value) };
    history.replaceState(null, "", "#/policy");
  }
  let files = draft?.files ?? (base ? copy(before) : new Map([[DOCUMENT, { text: FIRST, bytes: null }]]));
  const drawnFrom = draft?.base ?? base;
  let stale = drawnFrom !== base;
  let current = DOCUMENT;
  let tab = "problems";
  /** @type {{problems: any[], warnings: any[]}|null} */
  let lint = null;
  let lintFailed = null;
  let checking = new AbortController();
  let timer = 0;
  let dry = null;
  let dryFailed = null;
  let dryOf = "";
  let busy = false;
  const hosts = tableState();
  /** @type {Map<string, ReturnType<typeof editor>>} */
  const editors = new Map();

  document.addEventListener("keydown", keys, { signal: place.signal });
  check();
  update();

  function keys(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      publish();
    } else if (event.key === "F8") {
      event.preventDefault();
      nextProblem();
    }
  }

  function changed() {
    const same = JSON.stringify(wire(files)) === JSON.stringify(wire(before));
    if (same) sessionStorage.removeItem(KEPT);
    else keep(drawnFrom, files);
    clearTimeout(timer);
    timer = setTimeout(check, 300);
    update();
  }

  async function check() {
    checking.abort();
    checking = new AbortController();
    const why = cannot("Check");
    if (why) {
      lintFailed = { status: 403, title: "Not checked", detail: why, request: "", fields: [], kind: "" };
      update();
      return;
    }
    const answer = await ask(calls.check(), { files: wire(files) }, checking.signal);
    if (!answer.ok && answer.problem.status === -1) return;
    const earlier = lint ? lint.problems.length : -1;
    lintFailed = answer.ok ? null : answer.problem;
    if (answer.ok) {
      lint = { problems: answer.value.problems ?? [], warnings: answer.value.warnings ?? [] };
      if (earlier !== lint.problems.length) say(lint.problems.length ? count(lint.problems.length, "problem") : "No problems.");
    }
    marks();
    update();
  }

  function marks() {
    for (const [path, each] of editors) each.mark(found().filter(one => one.file === path && one.line).map(one => ({ line: one.line, column: one.column ?? 0, message: one.message, kind: one.kind })));
  }

  function found() {
    return lint ? [...lint.problems.map(each => ({ ...each, kind: "bad" })), ...lint.warnings.map(each => ({ ...each, kind: "warn" }))] : [];
  }

  function update() {
    if (place.signal.aborted) return;
    const changes = differences(texts(before), texts(files));
    place.show(h("div.view", { "data-key": "write" },
      h("header", null, h("h1", null, "Policy"), base ? tag(`newest: v${base}`, "accent") : tag("nothing is published yet"), changes.length ? tag(`${count(changes.length, "file")} changed`) : null,
        h("div.actions", null,
          changes.length && base ? button("Discard changes", discard, { key: "discard" }) : null,
          h("a.button", { href: "#/policy/versions" }, "Versions"),
          button("Publish …", publish, { kind: "primary", key: "publish", why: cannot("Publish") || (lint?.problems.length ? count(lint.problems.length, "problem") : !changes.length ? "nothing is changed" : "") }))),
      stale ? h("div.note.warn", { role: "alert" }, h("p", null, `This draft was begun from v${drawnFrom}; meanwhile v${base} was published. Publishing it undoes what v${base} changed. The changes below are against v${base}.`), h("div.bar", null, h("button.tiny", { type: "button", onclick: discard }, `Begin again from v${base}`), h("button.tiny", { type: "button", onclick: () => { stale = false; keep(base, files); update(); } }, "I have looked: go on"))) : null,
      fileTabs(),
      paper(),
      h("div.tabs", { role: "tablist", "aria-label": "About the draft" },
        tabButton("problems", lint ? (lint.problems.length || lint.warnings.length ? `Problems (${lint.problems.length + lint.warnings.length})` : "No problems") : "Problems"),
        tabButton("dry", "Dry run"),
        tabButton("diff", `Changes (${changes.length})`)),
      h("section", { role: "tabpanel", id: "panel", "aria-label": "About the draft", class: "view" },
        tab === "problems" ? problemList() : tab === "dry" ? dryRun() : changes.length ? changes : empty(base ? `As v${base}` : "Nothing is written yet"))));
  }

  function tabButton(name, text) {
    return h("button", { type: "button", role: "tab", "aria-selected": String(tab === name), "aria-controls": "panel", "data-key": name, onclick: () => { tab = name; update(); },
      onkeydown: event => {
        const order = ["problems", "dry", "diff"];
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        tab = order[(order.indexOf(name) + by + 3) % 3];
        update();
        document.querySelector(`.tabs [data-key="${tab}"]`)?.focus();
      } }, text);
  }

  function fileTabs() {
    return h("nav.bar", { "aria-label": "Files" },
      [...files].map(([path, file]) => h("button.tiny", { type: "button", "data-key": path, "aria-pressed": String(path === current), class: path === current ? "tiny primary" : "tiny", onclick: () => { current = path; update(); } },
        path, file.bytes === null ? "" : `, ${(file.bytes.length * 0.75 / 1e6).toFixed(1)} MB`, found().some(one => one.file === path && one.kind === "bad") ? " ●" : "")),
      button("Add a list …", addFile, { kind: "plain tiny" }),
      current !== DOCUMENT ? button(`Remove ${current}`, removeFile, { kind: "plain tiny" }) : null);
  }

  function paper() {
    const file = files.get(current);
    if (file.bytes !== null) {
      return h("div.empty", { "data-key": `large ${current}` }, h("strong", null, `${current} is too large to be edited here`), h("p", null, "Add a file of the same name to replace it."));
    }
    if (!editors.has(current)) {
      const path = current;
      editors.set(path, editor({ label: path, text: file.text, readOnly: false, changed: text => {
        files.set(path, { text, bytes: null });
        changed();
      } }));
      marks();
    }
    // Where it is on the page already it stays: morph leaves what has this name alone.
    const { element } = editors.get(current);
    return h("div", { "data-key": `paper ${current}`, "data-own": `paper ${current}` }, element.isConnected ? null : element);
  }

  function problemList() {
    if (lintFailed) return refusal(lintFailed, check);
    if (!lint) return loading("problems");
    const list = found();
    if (!list.length) return h("div.note.good", null, h("p", null, "It compiles: no problems, no warnings."));
    return h("div.rows", null, h("ul.problems", { "aria-label": "Problems" }, list.map(each => h("li", null, h("button", { type: "button", onclick: () => jump(each) },
      state(each.kind, each.kind === "bad" ? "problem" : "warning"), h("code", null, [each.file, each.line, each.column].filter(Boolean).join(":")), h("span", null, each.rule ? h("b", null, `${each.rule}: `) : null, prose(each.message)))))));
  }

  function jump(each) {
    if (files.has(each.file)) current = each.file;
    update();
    editors.get(current)?.go(each.line || 1, each.column || 1);
  }

  let last = -1;

  function nextProblem() {
    const list = found();
    if (!list.length) {
      say("No problems.");
      return;
    }
    last = (last + 1) % list.length;
    jump(list[last]);
    say(`${list[last].kind === "bad" ? "Problem" : "Warning"} ${last + 1} of ${list.length}, line ${list[last].line}: ${list[last].message}`);
  }

  function dryRun() {
    const why = cannot("Check") || (base ? "" : "nothing is published yet, so there is nothing to compare with");
    return [
      h("p.muted", null, "Which recorded connections would fare otherwise. Records are an edge's log of connections; they are tried in the control plane's memory, and nothing of them is kept."),
      h("div.fields", null,
        field("Records, a JSON document a line", h("input", { type: "file", id: "records", accept: ".json,.jsonl,.log,.ndjson,.txt" }), `Of a larger file, the last ${LARGEST_RECORDS >> 20} MB.`),
        button(busy ? "Trying …" : "Try it", tryIt, { why: why || (lint?.problems.length ? "it has problems" : ""), kind: "primary" })),
      dryFailed ? (typeof dryFailed === "string" ? h("div.note.bad", { role: "alert" }, dryFailed) : refusal(dryFailed)) : null,
      dry ? [dryOf !== JSON.stringify(wire(files)) ? h("div.note.warn", null, "The policy was changed after this was tried.") : null, dryReport()] : null,
    ];
  }

  async function tryIt() {
    const chosen = /** @type {HTMLInputElement} */ (document.getElementById("records")).files?.[0];
    dryFailed = chosen ? null : "Choose a file of records.";
    if (!chosen || busy) {
      update();
      return;
    }
    busy = true;
    update();
    const tried = wire(files);
    const answer = await ask(calls.dryRun(), { files: tried, records: encodeBytes(await tail(chosen)), limit: 500 }, place.signal);
    busy = false;
    if (answer.ok && !(answer.value.problems ?? []).length) {
      dry = answer.value;
      dryOf = JSON.stringify(tried);
      say(`${num(dry.changed)} of ${num(dry.decided)} connections fare otherwise.`);
    } else dryFailed = answer.ok ? "It has problems." : answer.problem;
    update();
  }

  function dryReport() {
    const rows = (dry.hosts ?? []).map(each => ({ host: each.host, ...each.move }));
    return [
      figures([
        ["fare otherwise", num(dry.changed).toLocaleString("en-GB")],
        [`decided by v${dry.against} and by this`, num(dry.decided).toLocaleString("en-GB")],
        ["alike, by another rule", num(dry.otherRule).toLocaleString("en-GB")],
        num(dry.uncertain) ? ["cannot be told", num(dry.uncertain).toLocaleString("en-GB")] : null,
        num(dry.unreadable) ? ["no records", state("warn", num(dry.unreadable).toLocaleString("en-GB"))] : null,
      ].filter(Boolean)),
      num(dry.notAsRecorded) ? h("p.muted", null, `${num(dry.notAsRecorded).toLocaleString("en-GB")} were decided by another version than v${dry.against}.`) : null,
      (dry.firstUnreadable ?? []).length ? h("details", null, h("summary", null, "Lines that are no records"), h("ul", null, dry.firstUnreadable.map(each => h("li", null, each)))) : null,
      table({
        caption: "Hosts that fare otherwise",
        state: hosts,
        update,
        rows,
        key: each => `${each.host} ${each.oldRule} ${each.newRule} ${each.newOutcome}`,
        none: empty("Nothing changes", "Every recorded connection fares as it did."),
        columns: [
          { title: "Host", heads: true, by: each => each.host, cell: each => h("span.host", null, each.host) },
          { title: "Now", by: each => each.oldOutcome, cell: each => [outcome(each.oldOutcome), h("span.muted", null, ` ${each.oldRule}`)] },
          { title: "Then", by: each => each.newOutcome, cell: each => [outcome(each.newOutcome), h("span.muted", null, ` ${each.newRule}`)] },
          { title: "Connections", kind: "number", by: each => num(each.records), cell: each => num(each.records).toLocaleString("en-GB") },
        ],
      }),
      num(dry.moreHosts) ? h("p.muted", null, `And ${count(num(dry.moreHosts), "host")} more.`) : null,
    ];
  }

  async function addFile() {
    const done = await confirm({
      title: "Add a list",
      body: [
        field("Name, as the policy writes it", h("input", { name: "path", placeholder: "lists/health.txt", autocomplete: "off", autofocus: true }), "The name of a file that is there replaces it."),
        field("From this machine, or empty", h("input", { type: "file", name: "file" }))],
      does: "Add",
      act: async form => {
        const chosen = form.elements.namedItem("file").files[0];
        const path = form.elements.namedItem("path").value.trim() || (chosen ? `lists/${chosen.name}` : "");
        if (!/^[^/\\\s][^\\\s]*$/.test(path) || path.split("/").some(part => ["", ".", ".."].includes(part))) return `“${path}”: a relative name is expected, as lists/health.txt.`;
        const bytes = chosen ? new Uint8Array(await chosen.arrayBuffer()) : new Uint8Array();
        files.set(path, bytes.length > LARGEST_TEXT ? { text: "", bytes: encodeBytes(bytes) } : { text: new TextDecoder().decode(bytes), bytes: null });
        editors.delete(path);
        current = path;
        return { ok: true, value: path, tag: "" };
      },
    });
    if (done) changed();
  }

  function removeFile() {
    files.delete(current);
    editors.delete(current);
    current = DOCUMENT;
    changed();
  }

  async function discard() {
    const sure = await confirm({ title: "Discard the draft?", body: h("p", null, base ? `What was written here is lost, and v${base} is shown.` : "What was written here is lost."), does: "Discard", kind: "danger primary", act: async () => ({ ok: true, value: true, tag: "" }) });
    if (!sure) return;
    sessionStorage.removeItem(KEPT);
    write(place);
  }

  async function publish() {
    if (cannot("Publish")) {
      alarm(cannot("Publish"));
      return;
    }
    const changes = differences(texts(before), texts(files));
    if (!changes.length || lint?.problems.length) {
      alarm(lint?.problems.length ? `Not published: ${count(lint.problems.length, "problem")}.` : "Nothing is changed.");
      return;
    }
    const tried = dry && dryOf === JSON.stringify(wire(files));
    const done = await confirm({
      title: `Publish as the next version?`,
      body: [
        h("p", null, `${count(changes.length, "file")} changed against ${base ? `v${base}` : "nothing"}. ${lint?.warnings.length ? `${count(lint.warnings.length, "warning")}. ` : ""}`, tried ? `In the dry run, ${num(dry.changed).toLocaleString("en-GB")} of ${num(dry.decided).toLocaleString("en-GB")} connections fare otherwise.` : base ? "There was no dry run of just this." : ""),
        h("p", null, "It is signed, numbered and kept for ever, and rolled out by the plan of the control plane's configuration, once it has the approvals that it needs."),
      ],
      does: "Publish",
      act: async () => {
        // Somebody else may have published since this was opened.
        const now = await all(calls.versions(), "versions", { query: { limit: 1 }, most: 1 });
        if (!now.ok) return now;
        const newestNow = num(now.value[0]?.version);
        if (newestNow !== base) return `v${newestNow} was published by ${now.value[0].publisher} meanwhile. Close this, look at what it changed, and publish again.`;
        const answer = await act(calls.publish(), { files: wire(files) });
        if (!answer.ok) return answer;
        if (answer.value.outcome === "PUBLISH_OUTCOME_REJECTED") {
          lint = { problems: answer.value.problems ?? [], warnings: [] };
          marks();
          update();
          return "It has problems; nothing was published.";
        }
        return answer;
      },
    });
    if (!done) {
      const now = await read(calls.version(0), { signal: place.signal });
      if (now.ok && num(now.value.version?.version) !== base) write(place);
      return;
    }
    sessionStorage.removeItem(KEPT);
    note(done.outcome === "PUBLISH_OUTCOME_UNCHANGED" ? `v${done.version} is just this already.` : `Published as v${done.version}.`);
    location.hash = num(done.rollout) ? `#/rollouts/${done.rollout}` : `#/policy/${done.version}`;
  }
}

function outcome(text) {
  const kind = text?.includes("block") ? "bad" : text?.includes("splice") ? "warn" : "good";
  return state(kind, text);
}

/** The last whole lines of a file. */
async function tail(file) {
  const cut = file.size > LARGEST_RECORDS;
  const bytes = new Uint8Array(await file.slice(Math.max(0, file.size - LARGEST_RECORDS)).arrayBuffer());
  return cut ? bytes.subarray(bytes.indexOf(10) + 1) : bytes;
}

function copy(files) {
  return new Map([...files].map(([path, file]) => [path, { ...file }]));
}

function keep(base, files) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ base, files: [...files] }));
  } catch {
    sessionStorage.removeItem(KEPT); // too large to be kept: the page still has it
  }
}

function kept() {
  const text = sessionStorage.getItem(KEPT);
  if (!text) return null;
  const { base, files } = JSON.parse(text);
  return { base, files: new Map(files) };
}

// ---- what versions say

async function version(place, number) {
  if (number === "versions") {
    versions(place);
    return;
  }
  place.title(`Policy v${number}`);
  const head = () => h("header", null, h("a.small", { href: "#/policy/versions" }, "‹ Versions"), h("h1", null, `Policy v${number}`));
  place.show(h("div.view", null, head(), loading(`v${number}`)));
  const answer = await read(calls.version(number), { signal: place.signal });
  if (!answer.ok) {
    place.show(h("div.view", null, head(), refusal(answer.problem, () => version(place, number))));
    return;
  }
  const told = answer.value.version ?? {};
  const list = await all(calls.versions(), "versions", { query: { limit: 1000 }, signal: place.signal, most: 1000 });
  const older = list.ok ? list.value.map(each => num(each.version)).filter(each => each < num(number)).sort((a, b) => b - a) : [];
  let against = place.query.get("against") ?? String(older[0] ?? "");
  let before = new Map();
  const files = filesOf(answer.value);
  const compareWith = async () => {
    const old = against ? await read(calls.version(against), { signal: place.signal }) : null;
    before = old?.ok ? filesOf(old.value) : new Map();
    update();
  };
  await compareWith();

  function update() {
    if (place.signal.aborted) return;
    const changes = differences(texts(before), texts(files));
    place.show(h("div.view", null,
      h("header", null, h("a.small", { href: "#/policy/versions" }, "‹ Versions"), h("h1", null, `${told.policy} v${number}`),
        h("span.muted", null, "published ", when(told.published, "both"), " by ", who(told.publisher)),
        h("div.actions", null,
          h("a.button", { href: `#/approvals/${number}` }, "Approvals"),
          h("a.button", { href: `#/policy?from=${number}` }, "Edit as a new version"),
          cannot("StartRollout") ? button("Roll it out", () => {}, { why: cannot("StartRollout") }) : h("a.button.primary", { href: `#/rollouts/new?version=${number}` }, "Roll it out"))),
      h("section.view", { "aria-label": "Changes" },
        h("div.bar", null, h("h2", null, "What it changes"), older.length ? [h("label", { for: "against" }, "against"), h("select", { id: "against", onchange: event => { against = event.target.value; compareWith(); } }, older.map(each => h("option", { value: each, selected: String(each) === against }, `v${each}`)))] : h("span.muted", null, "there is none before it")),
        changes.length ? changes : empty(`Just as v${against}`, "Rolling back publishes an old content under a new number.")),
      h("section.view", { "aria-label": "Files" }, [...files].map(([path, file]) => h("details", { open: path === DOCUMENT, "data-key": path }, h("summary", null, h("code", null, path)), file.bytes === null ? h("div.diff", { tabindex: "0", role: "region", "aria-label": path }, h("ol", null, file.text.replace(/\n$/, "").split("\n").map((line, index) => h("li", null, h("span", null, index + 1), h("span"), h("span"), h("span", null, line))))) : h("p.muted", null, `${Math.round(file.bytes.length * 0.75).toLocaleString("en-GB")} bytes`))))));
  }
}

async function versions(place) {
  place.title("Versions");
  const shown = tableState();
  const answer = await all(calls.versions(), "versions", { query: { limit: 1000 }, signal: place.signal, most: 1000 });
  update();
  function update() {
    if (place.signal.aborted) return;
    place.show(h("div.view", null, h("header", null, h("a.small", { href: "#/policy" }, "‹ Policy"), h("h1", null, "Versions")),
      answer.ok
        ? table({
          caption: "Versions", state: shown, update, rows: answer.value, key: each => each.version, none: empty("There is no version yet"),
          columns: [
            { title: "Version", heads: true, kind: "tight", by: each => num(each.version), cell: each => h("a", { href: `#/policy/${each.version}` }, `v${each.version}`) },
            { title: "Policy", by: each => each.policy, cell: each => each.policy },
            { title: "Published", kind: "tight", by: each => each.published, cell: each => when(each.published, "both") },
            { title: "By", by: each => each.publisher, cell: each => who(each.publisher) },
            { title: "Manifest", cell: each => h("code", { title: "SHA-256 of the signed manifest" }, [...decodeBytes(each.manifestSha256)].slice(0, 8).map(byte => byte.toString(16).padStart(2, "0")).join("")) },
          ],
        })
        : refusal(answer.problem, () => versions(place))));
  }
}

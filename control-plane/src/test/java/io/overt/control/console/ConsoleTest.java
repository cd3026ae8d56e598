package io.overt.control.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.browser.Chromium;
import io.overt.testkit.browser.Tab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a real browser, on a real control plane: what a desk does in a day. Whatever the
 * browser complains of fails the test; screenshots lie in {@code target/console}.
 */
class ConsoleTest {
    private static Chromium browser;

    @TempDir static Path profile;
    @TempDir Path folder;
    private Desk desk;
    private final List<Tab> tabs = new ArrayList<>();

    @BeforeAll
    static void openBrowser() throws IOException {
        browser = Chromium.start(profile.resolve("chromium"));
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void openDesk() throws Exception {
        desk = new Desk(folder);
    }

    @AfterEach
    void closeDesk() throws Exception {
        try {
            tabs.forEach(tab -> assertThat(tab.complaints()).isEmpty());
        } finally {
            tabs.forEach(Tab::close);
            desk.close();
        }
    }

    @Test
    void a_policy_is_written_linted_tried_approved_and_rolled_out_and_a_bad_one_rolls_itself_back()
            throws Exception {
        // Handshakes fail under the third version, and under nothing else.
        var _ = desk.edge("hq", "edge-1", List.of("canary"), version -> version == 2);
        var _ = desk.edge("hq", "edge-2", List.of(), _ -> false);
        var _ = desk.edge("lab", "edge-1", List.of(), _ -> false);
        var tab = open("ann", "policy");

        // Written, with a mistake: it is told with its place, and a click goes there.
        tab.fill("textbox", "policy.yaml", POLICY.replace("host:", "hots:"));
        tab.untilSeen("unknown key, did you mean");
        tab.untilSeen("policy.yaml:4:13");
        shot(tab, "policy-problems");
        tab.click("button", problemNamed(tab));
        assertThat(
                        tab.evaluate(
                                        "((a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement))")
                                .getAsString())
                .isEqualTo("hots");
        tab.type("host");
        tab.untilSeen("It compiles: no problems, no warnings.");

        tab.press("Control+s");
        tab.click("button", "Publish");
        tab.untilSeen("Awaiting approval");
        shot(tab, "rollout-awaiting");
        assertThat(tab.text()).contains("0 of 2 approvals");

        approve(tab, 1);
        tab.go(doorway("ann").url("rollouts/1"));
        tab.untilSeen("Complete");
        tab.untilSeen("3 of 3 edges have it");
        shot(tab, "rollout-complete");

        // A second one, tried on what was recorded before it is saved.
        tab.go(doorway("ann").url("policy"));
        tab.untilSeen("newest: v1");
        tab.fill("textbox", "policy.yaml", POLICY.replace("then: splice", "then: block"));
        tab.untilSeen("1 file changed");
        tab.click("tab", "Dry run");
        tab.upload("#records", records());
        tab.click("button", "Try it");
        tab.untilSeen("www.clinic.example");
        // The page was drawn anew meanwhile: what was chosen can be tried again.
        assertThat(tab.evaluate("document.querySelector('#records').files.length").getAsInt())
                .isEqualTo(1);
        shot(tab, "policy-dry-run");
        tab.click("tab", "Changes (1)");
        tab.untilSeen("then: block");
        shot(tab, "policy-changes");
        tab.click("button", "Publish …");
        tab.click("button", "Publish");
        tab.untilSeen("Awaiting approval");
        // By a plan of its own: the canary first, held by a gate.
        tab.go(doorway("ann").url("rollouts/new?version=2"));
        tab.click("radio", "A plan of its own");
        tab.fill("textbox", "Wave 1", "canary");
        tab.fill("textbox", "Bakes", "2s");
        shot(tab, "rollout-plan");
        tab.click("button", "Start the rollout");
        tab.click("button", "Start");
        tab.untilSeen("Awaiting approval");
        approve(tab, 2);
        tab.go(doorway("ann").url("rollouts/3"));
        tab.untilSeen("Handshake failures");
        tab.untilSeen("Rolled back");
        shot(tab, "rollout-rolled-back");
        assertThat(tab.text()).contains("failed");
    }

    @Test
    void a_rollout_is_heard_and_asked_for_where_no_stream_comes_through() throws Exception {
        var _ = desk.edge("hq", "edge-1", List.of(), _ -> false);
        var writer = open("ann", "policy");
        publish(writer);
        var watcher = open("vera", "fleet");
        watcher.untilSeen("edges connected");
        watcher.evaluate(KEEPS_STREAMS);
        watcher.go(doorway("vera").url("rollouts/1"));
        watcher.untilSeen("0 of 2 approvals");
        watcher.until("streams.at(-1).told > 0");
        await().until(() -> doorway("vera").streams() == 1);
        var asked = asked(watcher);

        approve(writer, 1, "alice");
        watcher.untilSeen("1 of 2 approvals");
        assertThat(asked(watcher)).as("heard, not asked").isEqualTo(asked);

        doorway("vera").breakStreams();
        approve(writer, 1, "bob");
        watcher.untilSeen("Complete");
        assertThat(asked(watcher)).as("asked, not heard").isGreaterThan(asked);
        assertThat(doorway("vera").streams()).isZero();
    }

    @Test
    void a_page_that_is_left_hears_nothing_any_more() throws Exception {
        var tab = open("ann", "policy");
        tab.evaluate(KEEPS_STREAMS);
        publish(tab);
        tab.until("streams.length === 1 && streams[0].told > 0 && streams[0].readyState === 1");

        tab.go(doorway("ann").url("rollouts"));

        tab.until("streams[0].readyState === 2");
        tab.go(doorway("ann").url("rollouts/1"));
        tab.until("streams.length === 2 && streams[1].told > 0");
    }

    private void publish(Tab tab) {
        tab.fill("textbox", "policy.yaml", POLICY);
        tab.untilSeen("It compiles: no problems, no warnings.");
        tab.click("button", "Publish …");
        tab.click("button", "Publish");
        tab.untilSeen("Awaiting approval");
    }

    /** How often the page has asked for the rollout itself. */
    private static int asked(Tab tab) {
        return tab.evaluate(
                        "performance.getEntriesByType('resource').filter(each => each.name.endsWith('/v1/rollouts/1')).length")
                .getAsInt();
    }

    @Test
    void what_is_decided_on_a_rollout_that_has_moved_on_is_not_done() throws Exception {
        var tab = open("ann", "policy");
        publish(tab);
        tab.click("button", "Abort");
        tab.untilSeen("Abort rollout 1 of v1?");

        // Somebody else starts it anew, by another plan perhaps.
        assertThat(
                        tab.evaluate(
                                        """
                                        fetch("/v1/rollouts", {method: "POST", headers: {"content-type": "application/json"},
                                          body: JSON.stringify({version: "1"})}).then(answer => answer.status)
                                        """)
                                .getAsInt())
                .isEqualTo(200);
        tab.click("button", "Abort");

        tab.untilSeen("It has changed since it was read");
        shot(tab, "rollout-moved-on");
        tab.press("Escape");
        tab.untilSeen("Rollout 2 took its place");
    }

    private String problemNamed(Tab tab) {
        return tab.evaluate(
                        "document.querySelector('.problems button').innerText.replace(/\\s+/g, ' ').trim()")
                .getAsString();
    }

    private void approve(Tab tab, int version) throws Exception {
        approve(tab, version, "alice");
        approve(tab, version, "bob");
        shot(tab, "approvals");
    }

    /** Alice first. */
    private void approve(Tab tab, int version, String person) throws Exception {
        tab.go(doorway("ann").url("approvals/" + version));
        tab.untilSeen("ssh-keygen -Y sign -n overt-approval");
        var statement =
                tab.evaluate(
                                "fetch('/v1/policy/versions/%d/statement').then(a => a.json()).then(a => a.statement)"
                                        .formatted(version))
                        .getAsString();
        tab.upload("#signature", desk.sign(person, Base64.getDecoder().decode(statement)));
        tab.click("button", "Approve");
        tab.untilSeen((person.equals("alice") ? 1 : 2) + " of 2 approvals");
    }

    private Path records() throws IOException {
        var line =
                """
                {"time":"2026-11-23T10:30:00.123Z","id":"019aaf6e-0000-7000-8000-000000000000","site":"hq",\
                "edge":"e1","listener":"divert","client":"10.1.2.3:50000","user":null,"balancer":null,\
                "destination":"203.0.113.7:443","connect":null,"parent_proxy":null,"server_name":"%s",\
                "alpn_offered":["h2","http/1.1"],"ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1",\
                "hello_fault":null,"policy_version":1,"rule":"%s","exclusion":null,"outcome":"splice",\
                "reason":"by-rule","ending":"complete","http":{"filtered":true,"blocked_requests":[]},\
                "timeline_ms":{"accept":0,"hello":3}}
                """;
        return Files.writeString(
                folder.resolve("records.json"),
                line.formatted("www.clinic.example", "clinic").repeat(3)
                        + line.formatted("a.example", "default"));
    }

    private final java.util.Map<String, Doorway> doorways = new java.util.HashMap<>();

    private Doorway doorway(String person) throws Exception {
        if (!doorways.containsKey(person)) {
            doorways.put(person, desk.doorway(person));
        }
        return java.util.Objects.requireNonNull(doorways.get(person));
    }

    private Tab open(String person, String hash) throws Exception {
        var tab = browser.open(1360, 900);
        tabs.add(tab);
        tab.resize(1360, 900);
        tab.go(doorway(person).url(hash));
        return tab;
    }

    private static void shot(Tab tab, String name) throws IOException {
        tab.screenshot(Path.of("target/console/" + name + ".png"));
    }

    /** The page's streams, and what each was told, for the test to look at. */
    private static final String KEEPS_STREAMS =
            """
            globalThis.streams = [];
            globalThis.EventSource = class extends EventSource {
              constructor(...given) {
                super(...given);
                this.told = 0;
                this.addEventListener("message", () => { this.told++; });
                streams.push(this);
              }
            };
            0
            """;

    private static final String POLICY =
            """
            policy: corporate
            rules:
              - name: clinic
                when: { host: .clinic.example }
                then: splice
                because: "Health services are never inspected."
              - name: default
                then: inspect
            """;
}

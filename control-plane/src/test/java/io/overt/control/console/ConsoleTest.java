package io.overt.control.console;

import static org.assertj.core.api.Assertions.assertThat;

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
        tab.untilSeen("fare otherwise");
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

    private String problemNamed(Tab tab) {
        return tab.evaluate(
                        "document.querySelector('.problems button').innerText.replace(/\\s+/g, ' ').trim()")
                .getAsString();
    }

    private void approve(Tab tab, int version) throws Exception {
        tab.go(doorway("ann").url("approvals/" + version));
        for (var person : List.of("alice", "bob")) {
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
        shot(tab, "approvals");
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

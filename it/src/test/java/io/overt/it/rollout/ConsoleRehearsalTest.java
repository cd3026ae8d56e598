package io.overt.it.rollout;

import static io.overt.it.rollout.ThreeSites.CANARY;
import static io.overt.it.rollout.ThreeSites.SITES;
import static io.overt.it.rollout.ThreeSites.atTheCanary;
import static io.overt.it.rollout.ThreeSites.everywhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.it.rollout.ThreeSites.Met;
import io.overt.testkit.browser.Chromium;
import io.overt.testkit.browser.Tab;
import io.overt.testkit.oidc.TestProvider;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A policy's way to {@link ThreeSites} by the console and ssh-keygen alone: three people, each with
 * a browser tab that shares nothing with the others', whom an identity provider signs in. What a
 * browser complains of fails the test; screenshots lie in {@code target/rehearsal}. {@code ./overt
 * rehearse} runs it: so many JVMs are none of every build's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "overt.rehearse", matches = "true")
class ConsoleRehearsalTest {
    private final Map<String, Tab> tabs = new LinkedHashMap<>();
    private Path directory;
    private Account account;
    private TestProvider provider;
    private ThreeSites sites;
    private Chromium browser;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        directory = folder;
        account = new Account("console");
        provider = new TestProvider();
        TestPki web = TestPki.create();
        sites =
                ThreeSites.start(
                        directory,
                        """
                        access:
                          grants:
                            # By it the cluster's first version was published.
                            - { certificate: "overt://demo/operator/demo", roles: [operator, approver, viewer] }
                            - { group: policy-team, roles: [viewer, author, operator] }
                            - { group: reviewers, roles: [viewer, approver] }
                          oidc:
                            issuer: %s
                            client-id: %s
                        """
                                .formatted(provider.issuer(), TestProvider.CLIENT),
                        Optional.of(
                                web.leaf("localhost")
                                        .write(folder.resolve("web"), "console", web.anchor())));
        account.phase("eleven processes, version 1 in force", sites.versions().toString());
        browser = Chromium.start(directory.resolve("chromium"));
        signIn("ann", "policy-team");
        for (String each : TwoApprovers.NAMES) {
            signIn(each, "reviewers");
        }
        awaitFleet(1);
        account.phase("ann, alice and bob sign in", fleet());
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (sites != null) {
            sites.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    @Order(1)
    void a_policy_is_written_linted_tried_approved_by_two_and_rolled_out() throws Exception {
        assertThat(sites.meets("south/edge-a", "games.example")).isEqualTo(Met.INSPECTED);
        Tab ann = tab("ann");
        ann.go(place("policy"));
        ann.untilSeen("newest: v1");
        ann.fill("textbox", "policy.yaml", Policies.MISSPELT);
        ann.untilSeen("policy.yaml:8:13");
        String problem = ann.evaluate(PROBLEM).getAsString();
        shot(ann, "problem");
        // A click on the problem selects what is wrong, and what is typed replaces it.
        ann.click("button", problem);
        ann.type("host");
        ann.untilSeen("It compiles: no problems, no warnings.");
        account.phase("written, with its lint", problem);

        String tried = tryOnRecords("games.example");
        assertThat(tried).matches("games.example inspect all block games \\d+");
        shot(ann, "dry-run");
        account.phase("dry run", tried);

        publish();
        approve(2, "alice", 1);
        assertThat(sites.versions()).as("one person is not enough").isEqualTo(everywhere(1));
        approve(2, "bob", 2);
        account.phase("published, approved by alice and bob", "nothing moved before the second");

        ann.until("document.querySelector('li.wave.now h3').innerText === 'canary'", WAVES);
        ann.untilSeen("baking", WAVES);
        assertThat(sites.versions()).isEqualTo(atTheCanary(2, 1));
        shot(ann, "canary");
        ann.untilSeen("Complete", WAVES);
        assertThat(history())
                .containsSubsequence(
                        "Rolling out wave 1",
                        "Baking wave 1",
                        "Rolling out wave 2",
                        "Baking wave 2",
                        "Rolling out wave 3",
                        "Baking wave 3",
                        "Complete");
        shot(ann, "complete");
        awaitFleet(2);
        assertThat(sites.versions()).isEqualTo(everywhere(2));
        for (String site : SITES) {
            assertThat(sites.meets(site + "/edge-c", "games.example")).isEqualTo(Met.NOTHING);
            assertThat(sites.meets(site + "/edge-c", "odd.example")).isEqualTo(Met.SPLICED);
        }
        account.phase("rolled out in three waves", fleet());
    }

    @Test
    @Order(2)
    void a_bad_one_rolls_itself_back_before_it_reaches_any_edge_but_the_canary() throws Exception {
        Tab ann = tab("ann");
        ann.go(place("policy"));
        ann.untilSeen("newest: v2");
        ann.fill("textbox", "policy.yaml", Policies.BAD);
        ann.untilSeen("1 file changed");
        ann.untilSeen("No problems");
        String tried = tryOnRecords("odd.example");
        assertThat(tried).matches("odd.example splice odd inspect all \\d+");
        shot(ann, "dry-run-of-the-bad-one");
        publish();
        approve(3, "alice", 1);
        approve(3, "bob", 2);
        account.phase("a bad one is tried, published and approved", tried);

        ann.untilSeen("Rolled back", WAVES);

        String why = OvertctlRehearsalTest.found(OvertctlRehearsalTest.GATE, ann.text());
        assertThat(history())
                .containsSubsequence("Rolling out wave 1", "Rolling back", "Rolled back")
                .doesNotContain("wave 2");
        shot(ann, "rolled-back");
        awaitFleet(4);
        assertThat(sites.versions()).isEqualTo(everywhere(4));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sites.decidedBy(CANARY)).contains("3", "4"));
        for (String edge : ThreeSites.edges()) {
            if (!edge.equals(CANARY)) {
                assertThat(sites.decidedBy(edge)).as(edge).contains("2").doesNotContain("3");
            }
            assertThat(sites.meets(edge, "odd.example")).as(edge).isEqualTo(Met.SPLICED);
        }
        account.phase("rolled itself back", why + "; " + fleet());
        tabs.forEach((person, tab) -> assertThat(tab.complaints()).as(person).isEmpty());
    }

    // ---- what people do

    private void signIn(String person, String group) throws IOException {
        provider.person(person, group);
        Tab tab = browser.open(1360, 900);
        tabs.put(person, tab);
        tab.resize(1360, 900);
        tab.saveTo(directory.resolve(person));
        tab.go(place("fleet"));
        tab.click("link", "Sign in");
        tab.untilSeen(person + "@corp.example");
    }

    /**
     * On what the canary has written so far, once it has seen every host.
     *
     * @param alone that fares otherwise
     * @return the row that the page has for it
     */
    private String tryOnRecords(String alone) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(sites.visitedAt(CANARY))
                                        .contains("news.example", "games.example", "odd.example"));
        Tab ann = tab("ann");
        ann.click("tab", "Dry run");
        ann.upload("#records", sites.records(CANARY));
        ann.click("button", "Try it");
        ann.until(TRIED + " === '" + alone + "'");
        return ann.evaluate(ROW).getAsString();
    }

    private void publish() {
        Tab ann = tab("ann");
        ann.click("button", "Publish …");
        ann.click("button", "Publish");
        ann.untilSeen("Awaiting approval");
        ann.untilSeen("0 of 2 approvals");
    }

    /** Saves the statement, signs it with the command that the page says, and hands that in. */
    private void approve(long version, String person, int counted) throws Exception {
        Tab tab = tab(person);
        tab.go(place("approvals/" + version));
        tab.untilSeen("ssh-keygen -Y sign -n overt-approval");
        tab.click("button", "Save the statement");
        Path statement = directory.resolve(person).resolve("overt-v" + version + ".statement");
        await("the saved statement").until(() -> Files.exists(statement));
        tab.untilSeen(sha256(statement));
        sites.people().approve(statement, person);
        tab.upload(
                "#signature",
                statement.resolveSibling(statement.getFileName() + "." + person + ".sig"));
        tab.click("button", "Approve");
        tab.untilSeen(counted + " of 2 approvals");
        shot(tab, "approved-" + version + "-by-" + person);
    }

    // ---- what they see

    private Tab tab(String person) {
        return Objects.requireNonNull(tabs.get(person), person);
    }

    private String place(String view) {
        return sites.cluster().console().resolve("/#/" + view).toString();
    }

    /** A rollout's history as the page has it, oldest first. */
    private String history() {
        return tab("ann").evaluate(HISTORY).getAsString();
    }

    private void awaitFleet(long version) {
        Tab ann = tab("ann");
        ann.go(place("fleet"));
        String wanted =
                SITES.stream().map(site -> site + " v" + version).collect(Collectors.joining(", "));
        ann.until(FLEET + " === '" + wanted + "'");
    }

    /** Each site with the versions that the page has for it. */
    private String fleet() {
        return tab("ann").evaluate(FLEET).getAsString();
    }

    private static void shot(Tab tab, String name) throws IOException {
        tab.screenshot(Account.FOLDER.resolve(name + ".png"));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static final String PROBLEM =
            "document.querySelector('.problems button').innerText.replace(/\\s+/g, ' ').trim()";

    /** Hosts that fare otherwise; the same names are in the editor above. */
    private static final String TRIED =
            "[...document.querySelectorAll('#panel tbody .host')].map(each => each.innerText).join()";

    private static final String ROW =
            "document.querySelector('#panel tbody tr').innerText.replace(/\\s+/g, ' ').trim()";

    private static final String HISTORY =
            "[...document.querySelectorAll('ol.history li div')].reverse()"
                    + ".map(each => each.innerText.replace(/\\s+/g, ' ')).join('\\n')";

    private static final String FLEET =
            "[...document.querySelectorAll('article.site')].map(each =>"
                    + " each.querySelector('h3').innerText + ' ' + each.querySelector('.versions').innerText"
                    + ").join(', ')";

    /** Fifteen seconds of a canary, and what eleven busy processes need. */
    private static final Duration WAVES = Duration.ofMinutes(2);
}

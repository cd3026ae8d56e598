package io.overt.it.rollout;

import static io.overt.it.rollout.ThreeSites.CANARY;
import static io.overt.it.rollout.ThreeSites.atTheCanary;
import static io.overt.it.rollout.ThreeSites.everywhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.it.cluster.Command;
import io.overt.it.rollout.ThreeSites.Met;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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
 * A policy's way to {@link ThreeSites} by overtctl and ssh-keygen alone. {@code ./overt rehearse}
 * runs it: so many JVMs are none of every build's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "overt.rehearse", matches = "true")
class OvertctlRehearsalTest {
    private Account account;
    private ThreeSites sites;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        account = new Account("overtctl");
        sites = ThreeSites.start(directory, "", Optional.empty());
        assertThat(sites.versions()).isEqualTo(everywhere(1));
        account.phase("eleven processes, version 1 in force", sites.versions().toString());
    }

    @AfterAll
    void stop() {
        if (sites != null) {
            sites.close();
        }
    }

    @Test
    @Order(1)
    void a_policy_is_linted_tried_on_real_records_approved_by_two_and_rolled_out()
            throws Exception {
        assertThat(sites.meets("south/edge-a", "games.example")).isEqualTo(Met.INSPECTED);
        Command.Result lint = attempt("check", sites.write(Policies.MISSPELT).toString());
        assertThat(lint.status()).isEqualTo(1);
        assertThat(lint.output()).contains("policy.yaml:8:13: rule games: ", "hots");
        Path policy = sites.write(Policies.GOOD);
        assertThat(run("check", policy.toString())).isEqualTo("ok\n");
        account.phase("lint", found(PROBLEM, lint.output()));

        String tried = dryRun(policy);
        assertThat(tried).containsPattern("games.example +all +inspect +games +block +\\d+");
        assertThat(tried).doesNotContain("news.example", "odd.example");
        account.phase("dry run", firstLines(tried));

        assertThat(run("apply", policy.toString()))
                .contains("version 2 published, rollout 2 awaiting-approval (0 of 2 approvals)");
        assertThat(sites.cluster().approve(2, "alice", sites.people()))
                .contains("1 of 2 approvals");
        assertThat(run("rollout", "show")).contains("awaiting-approval");
        assertThat(sites.versions()).as("one person is not enough").isEqualTo(everywhere(1));
        assertThat(sites.cluster().approve(2, "bob", sites.people())).contains("2 of 2 approvals");
        account.phase("approved by alice and bob", "nothing moved before the second");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sites.versions()).isEqualTo(atTheCanary(2, 1)));
        Command.Result watched = attempt("rollout", "watch");

        assertThat(watched.status()).as(watched.output()).isZero();
        assertThat(watched.output())
                .containsSubsequence("1 of 1", "2 of 2", "6 of 6", "version 2 over 1: complete");
        assertThat(run("rollout", "show")).containsPattern("handshake-failures +kept");
        assertThat(sites.versions()).isEqualTo(everywhere(2));
        for (String edge : ThreeSites.edges()) {
            assertThat(sites.meets(edge, "games.example")).as(edge).isEqualTo(Met.NOTHING);
            assertThat(sites.meets(edge, "news.example")).as(edge).isEqualTo(Met.INSPECTED);
            assertThat(sites.meets(edge, "odd.example")).as(edge).isEqualTo(Met.SPLICED);
        }
        account.phase("rolled out in three waves", sites.versions().toString());
    }

    @Test
    @Order(2)
    void a_bad_one_rolls_itself_back_before_it_reaches_any_edge_but_the_canary() throws Exception {
        Path policy = sites.write(Policies.BAD);
        assertThat(run("check", policy.toString())).isEqualTo("ok\n");
        String tried = dryRun(policy);
        assertThat(tried).containsPattern("odd.example +odd +splice +all +inspect +\\d+");
        assertThat(run("apply", policy.toString())).contains("version 3 published, rollout 3");
        sites.cluster().approve(3, "alice", sites.people());
        sites.cluster().approve(3, "bob", sites.people());
        account.phase("a bad one is linted, tried and approved", firstLines(tried));

        Command.Result watched = attempt("rollout", "watch");

        assertThat(watched.status()).as(watched.output()).isEqualTo(NOT_IN_FORCE);
        Command.Result shown = attempt("rollout", "show");
        assertThat(shown.status()).isEqualTo(NOT_IN_FORCE);
        assertThat(shown.output()).contains("version 3 over 2: rolled-back with version 4");
        String why = found(GATE, shown.output());
        // What version 2 said came back as version 4: to the canary first, then to all.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sites.versions()).isEqualTo(everywhere(4)));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sites.decidedBy(CANARY)).contains("3", "4"));
        for (String edge : ThreeSites.edges()) {
            if (!edge.equals(CANARY)) {
                assertThat(sites.decidedBy(edge)).as(edge).contains("2").doesNotContain("3");
            }
            assertThat(sites.meets(edge, "odd.example")).as(edge).isEqualTo(Met.SPLICED);
        }
        account.phase("rolled itself back", why + "; " + sites.versions());
    }

    @Test
    @Order(3)
    void in_an_emergency_a_site_splices_and_the_others_do_not() throws Exception {
        run("emergency", "splice", "south", "--for", "10m", "--reason", "a test of the order");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(sites.meets("south/edge-a", "news.example"))
                                        .isEqualTo(Met.SPLICED));
        assertThat(run("emergency", "list")).contains("obeyed");
        assertThat(sites.cluster().sum("south/edge-a", "overt_edge_emergency_splicing"))
                .isEqualTo(1);
        assertThat(sites.meets("west/edge-a", "news.example")).isEqualTo(Met.INSPECTED);
        run("emergency", "lift", "south", "--reason", "it was a test");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(sites.meets("south/edge-a", "news.example"))
                                        .isEqualTo(Met.INSPECTED));
        account.phase("an emergency at south, and its end", "west went on inspecting");
    }

    /** On what the edges have written so far, once each has seen every host. */
    private String dryRun(Path policy) throws IOException, InterruptedException {
        var words =
                new ArrayList<>(
                        List.of(
                                "dry-run",
                                "--exit-code",
                                "@newest",
                                policy.toString(),
                                "--records"));
        for (String edge : ThreeSites.edges()) {
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () ->
                                    assertThat(sites.visitedAt(edge))
                                            .contains(
                                                    "news.example",
                                                    "games.example",
                                                    "odd.example"));
            words.add(sites.records(edge).toString());
        }
        Command.Result tried = attempt(words.toArray(String[]::new));
        assertThat(tried.status()).as(tried.output() + tried.errors()).isEqualTo(DIFFERS);
        return tried.output();
    }

    private String run(String... words) throws IOException, InterruptedException {
        return sites.cluster().overtctl(words);
    }

    private Command.Result attempt(String... words) throws IOException, InterruptedException {
        return sites.cluster().attemptOvertctl(words);
    }

    private static String firstLines(String dryRun) {
        return String.join("; ", dryRun.lines().limit(2).toList());
    }

    static String found(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    private static final Pattern PROBLEM = Pattern.compile("policy\\.yaml:8:13: .*");

    /** What the gate said when it failed. */
    static final Pattern GATE =
            Pattern.compile(
                    "handshake-failures: \\d+\\.\\d\\d % of \\d+ connections \\(at most 10\\.00 %\\)");

    /** Of overtctl: a rollout ended otherwise than complete. */
    private static final int NOT_IN_FORCE = 4;

    /** Of overtctl: there are differences. */
    private static final int DIFFERS = 8;
}

package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.InProcessCluster.Answer;
import io.overt.it.cluster.Origins.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that do not take our certificate, from their first refusal to what an operator says of
 * it: curl in front of two edges that share what they learn, and overtctl at the control plane.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ExclusionsInOneJvmTest {
    private static final String POLICY =
            """
            policy: exclusions
            rules:
              - name: default
                then: inspect
                on: { pinned: { after: 3, ttl: 1h, then: splice } }
            """;

    private OneJvm one;
    private Path originRoot;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        one = new OneJvm(directory, "edge-a", "edge-b");
        originRoot = directory.resolve("origin-root.pem");
        one.startWithoutSigner(POLICY);
        one.startSigner();
    }

    @AfterAll
    void stop() {
        if (one != null) {
            one.close();
        }
    }

    @Test
    void what_a_client_refuses_at_one_edge_is_spliced_at_the_other_until_an_operator_forgets_it()
            throws Exception {
        Site bank = one.origins.of("app.bank.example");
        for (int i = 0; i < 3; i++) {
            // It trusts the origin's CA, and not ours: "unable to get local issuer certificate".
            assertThat(curl("edge-a", bank, "app.bank.example", originRoot).status()).isEqualTo(60);
        }

        OneJvm.patiently("spliced at the other edge")
                .untilAsserted(
                        () ->
                                assertThat(curl("edge-b", bank, "app.bank.example", originRoot))
                                        .isEqualTo(new Answer(0, Origins.ANSWER)));
        OneJvm.patiently("and its record says why")
                .untilAsserted(
                        () ->
                                assertThat(one.records("edge-b").all().getLast().line())
                                        .contains(
                                                "\"outcome\":\"splice\"",
                                                "\"reason\":\"pinned\"",
                                                "\"scope\":\"client\"",
                                                "\"basis\":\"learned\""));
        // Three at the first edge, and one for each look at the other before it had heard of them.
        assertThat(list("app.bank.example"))
                .containsPattern(
                        "\"site\":\"onejvm\",\"scope\":\"client\",\"host\":\"app.bank.example\","
                                + "\"client\":\"127.0.0.1\",\"kind\":\"alert\",\"count\":([3-9]|[1-9][0-9]),")
                .contains("\"state\":\"learned\"");

        assertThat(
                        one.cluster.overtctl(
                                "exclusions",
                                "forget",
                                "onejvm",
                                "app.bank.example",
                                "--client",
                                "127.0.0.1"))
                .isEqualTo(new Answer(0, "done: app.bank.example for 127.0.0.1 at onejvm\n"));

        for (String edge : List.of("edge-a", "edge-b")) {
            assertThat(curl(edge, bank, "app.bank.example", one.cluster.inspectionRoot()))
                    .as(edge)
                    .isEqualTo(new Answer(0, Origins.ANSWER));
        }
        assertThat(list("app.bank.example")).isEqualTo("[]\n");
    }

    @Test
    void what_an_operator_confirms_for_all_outlives_the_restart_of_an_edge_and_is_recorded()
            throws Exception {
        Site app = one.origins.of("api.app.example");
        assertThat(one.cluster.overtctl("exclusions", "confirm", "onejvm", "api.app.example"))
                .isEqualTo(
                        new Answer(
                                5,
                                "api.app.example for every client at onejvm: nothing is known of"
                                        + " it (see: overtctl exclusions list)\n"));
        assertThat(curl("edge-a", app, "api.app.example", originRoot).status()).isEqualTo(60);

        assertThat(
                        one.cluster
                                .overtctl("exclusions", "confirm", "onejvm", "api.app.example")
                                .status())
                .isZero();
        one.cluster.edge("edge-a").part().stop();
        one.cluster.edge("edge-a").part().start();
        one.awaitSite();

        for (String edge : List.of("edge-a", "edge-b")) {
            OneJvm.patiently("spliced at " + edge)
                    .untilAsserted(
                            () ->
                                    assertThat(curl(edge, app, "api.app.example", originRoot))
                                            .isEqualTo(new Answer(0, Origins.ANSWER)));
            OneJvm.patiently("and recorded at " + edge)
                    .untilAsserted(
                            () ->
                                    assertThat(one.records(edge).all().getLast().line())
                                            .contains(
                                                    "\"scope\":\"host\"",
                                                    "\"basis\":\"confirmed\""));
        }
        assertThat(list("api.app.example"))
                .contains(
                        "\"scope\":\"host\"",
                        "\"state\":\"confirmed\"",
                        "\"confirmed_by\":\"overt://onejvm/operator/demo\"");

        assertThat(
                        one.cluster
                                .overtctl("exclusions", "forget", "onejvm", "api.app.example")
                                .status())
                .isZero();
        OneJvm.patiently("inspected again")
                .untilAsserted(
                        () ->
                                assertThat(
                                                curl(
                                                        "edge-b",
                                                        app,
                                                        "api.app.example",
                                                        one.cluster.inspectionRoot()))
                                        .isEqualTo(new Answer(0, Origins.ANSWER)));
    }

    private String list(String host) {
        Answer answer =
                one.cluster.overtctl("exclusions", "list", "--host", host, "--output", "json");
        assertThat(answer.status()).as(answer.printed()).isZero();
        return answer.printed();
    }

    /** Its exit status and the body that it got. */
    private Answer curl(String edge, Site site, String host, Path anchor)
            throws IOException, InterruptedException {
        Process curl =
                new ProcessBuilder(
                                "curl",
                                "--silent",
                                "--max-time",
                                "120",
                                "--proxy",
                                "http://127.0.0.1:" + one.cluster.edge(edge).connectPort(),
                                "--connect-to",
                                host + ":443:127.0.0.1:" + site.address().getPort(),
                                "--cacert",
                                anchor.toString(),
                                "https://" + host + "/")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var out = curl.getInputStream()) {
            String body = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(curl.waitFor(), body);
        }
    }
}

package io.overt.control.author;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.policy.Compilation;
import io.overt.policy.Policy;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.PolicySource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which records can be decided again, what they count as, and what is said where they cannot. */
final class DryRunTest {
    private static final String DEFAULT =
            "  - { name: default, then: inspect, on: { untrusted: splice } }\n";
    private final Policy old =
            policy(
                    "  - { name: clinic, when: { host: .clinic.example }, then: splice }\n"
                            + DEFAULT);

    @TempDir Path folder;

    @Test
    void a_host_whose_rule_goes_changes_and_others_do_not() {
        var report =
                run(
                        DEFAULT,
                        record("www.clinic.example", "clinic", "rule"),
                        record("www.clinic.example", "clinic", "rule"),
                        record("a.example", "default", "rule"));

        assertThat(report.decided()).isEqualTo(3);
        assertThat(report.changed()).isEqualTo(2);
        assertThat(report.changes())
                .containsExactly(
                        new DryRun.Counted<>(
                                new DryRun.Change(
                                        "www.clinic.example",
                                        new DryRun.Move(
                                                new Fate("clinic", "splice"),
                                                new Fate("default", "inspect"))),
                                2));
        assertThat(report.notAsRecorded()).isZero();
    }

    @Test
    void the_same_outcome_by_another_rule_is_counted_and_is_no_change() {
        var report =
                run(
                        "  - { name: all, when: { port: 443 }, then: inspect, on: { untrusted: splice } }\n"
                                + DEFAULT,
                        record("a.example", "default", "rule"));

        assertThat(report.changed()).isZero();
        assertThat(report.otherRule()).isEqualTo(1);
    }

    @Test
    void what_a_rule_says_of_the_failure_that_was_met_is_part_of_the_fate() {
        var strict = "  - { name: default, then: inspect }\n";

        assertThat(run(strict, record("a.example", "default", "rule")).changed()).isZero();
        assertThat(run(strict, record("a.example", "default", "untrusted")).moves())
                .containsExactly(
                        new DryRun.Counted<>(
                                new DryRun.Move(
                                        new Fate("default", "untrusted: splice"),
                                        new Fate("default", "untrusted: block")),
                                1));
    }

    @Test
    void a_connection_without_a_hello_is_decided_by_its_fault() {
        var noHello =
                record("x", "default", "not-tls")
                        .replace("\"server_name\":\"x\"", "\"server_name\":null")
                        .replace("\"ja4\":\"t13d1516h2_8daaf6152771_e5627efa2ab1\"", "\"ja4\":null")
                        .replace("\"hello_fault\":null", "\"hello_fault\":\"not-tls\"");

        var report =
                run("  - { name: default, then: inspect, on: { not-tls: splice } }\n", noHello);

        assertThat(report.moves())
                .containsExactly(
                        new DryRun.Counted<>(
                                new DryRun.Move(
                                        new Fate("default", "not-tls: block"),
                                        new Fate("default", "not-tls: splice")),
                                1));
        assertThat(report.changes().getFirst().what().host()).isEqualTo("203.0.113.7");
    }

    @Test
    void where_a_fact_is_not_recorded_and_counts_that_is_said() {
        var report =
                run(
                        "  - { name: ech, when: { host: a.example, hello: { ech: true } }, then: block }\n"
                                + DEFAULT,
                        record("a.example", "default", "rule"),
                        record("b.example", "default", "rule"));

        assertThat(report.uncertain()).isEqualTo(Map.of("encrypted_client_hello", 1L));
        assertThat(report.changed()).isZero();
    }

    @Test
    void a_plain_request_and_a_connect_that_was_blocked_before_its_hello_have_connects_host() {
        var proxied =
                record("x", "default", "rule")
                        .replace("\"server_name\":\"x\"", "\"server_name\":null")
                        .replace("\"ja4\":\"t13d1516h2_8daaf6152771_e5627efa2ab1\"", "\"ja4\":null")
                        .replace("\"connect\":null", "\"connect\":\"b.example:80\"");

        var blocked = "  - { name: b, when: { host: b.example }, then: block }\n" + DEFAULT;
        assertThat(run(blocked, proxied).changes().getFirst().what().host()).isEqualTo("b.example");
        var plain = "  - { name: b, when: { hello: { fault: not-tls } }, then: block }\n" + DEFAULT;
        assertThat(run(plain, proxied).uncertain())
                .containsOnlyKeys("whether it was a plain request or CONNECT");
    }

    @Test
    void a_connection_that_met_no_policy_is_not_decided() {
        var early =
                record("x", "x", "too-many-connections")
                        .replace("\"rule\":\"x\"", "\"rule\":null")
                        .replace("\"server_name\":\"x\"", "\"server_name\":null")
                        .replace(
                                "\"ja4\":\"t13d1516h2_8daaf6152771_e5627efa2ab1\"", "\"ja4\":null");

        var report = run(DEFAULT, early);

        assertThat(report.neverAsked()).isEqualTo(1);
        assertThat(report.decided()).isZero();
    }

    @Test
    void a_record_of_another_version_is_noticed() {
        assertThat(run(DEFAULT, record("a.example", "gone", "rule")).notAsRecorded()).isEqualTo(1);
    }

    @Test
    void lines_that_are_no_records_are_counted_and_the_first_are_told() {
        var good = record("a.example", "default", "rule");
        var report =
                run(
                        DEFAULT,
                        "{\"time\":",
                        "[]",
                        good + " x",
                        good.replace("\"site\":\"hq\",", ""),
                        good.replace("10.1.2.3:50000", "10.1.2.3"),
                        good.replace("2026-11-23T", "yesterday "),
                        good.replace("\"hq\"", "7"),
                        good);

        assertThat(report.lines()).isEqualTo(8);
        assertThat(report.unreadable()).isEqualTo(7);
        assertThat(report.decided()).isEqualTo(1);
        assertThat(report.firstBad().stream().map(bad -> bad.line() + ": " + bad.why()))
                .containsExactly(
                        "1: not JSON",
                        "2: not a record (expected: an object as an edge writes it)",
                        "3: not JSON",
                        "4: `site`: missing",
                        "5: `client`: \"10.1.2.3\" (expected: an address and a port)");
    }

    @Test
    void hosts_beyond_the_bound_are_counted_and_not_kept() {
        var run = new DryRun(old, policy("  - { name: default, then: block }\n"), 2);
        for (int i = 0; i < 5; i++) {
            run.accept("f", i, record("h" + i + ".example", "default", "rule"));
            run.accept("f", i, record("h0.example", "default", "rule"));
        }

        assertThat(run.report().changed()).isEqualTo(10);
        assertThat(run.report().changes()).hasSize(2);
        assertThat(run.report().changes().getFirst().records()).isEqualTo(6);
        assertThat(run.report().beyond()).isEqualTo(3);
    }

    @Test
    void a_file_is_read_line_by_line_and_packed_ones_are_unpacked() throws IOException {
        var line = record("www.clinic.example", "clinic", "rule");
        var text = line + "\n\n" + line + "\r\n" + "x".repeat(3 << 20) + "\n" + line;
        var plain = Files.writeString(folder.resolve("r.jsonl"), text);
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        var gz = Files.write(folder.resolve("r.jsonl.gz"), packed.toByteArray());
        var run = new DryRun(old, policy(DEFAULT), 10);

        RecordFile.feed(plain, InputStream.nullInputStream(), run);
        RecordFile.feed(gz, InputStream.nullInputStream(), run);
        RecordFile.feed(
                Path.of("-"), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), run);

        assertThat(run.report().changed()).isEqualTo(9);
        assertThat(run.report().unreadable()).isEqualTo(3);
        assertThat(run.report().firstBad())
                .containsExactly(
                        new DryRun.BadLine(plain.toString(), 4, "longer than 1048576 bytes"),
                        new DryRun.BadLine(gz.toString(), 4, "longer than 1048576 bytes"),
                        new DryRun.BadLine("standard input", 4, "longer than 1048576 bytes"));
    }

    @Test
    void every_member_that_is_read_is_one_that_edges_write() throws IOException {
        var documented = Files.readString(Path.of("..", "docs", "records.md"));

        assertThat(Stream.concat(RecordLine.TEXTS.stream(), Stream.of(RecordLine.ALPN)))
                .allSatisfy(name -> assertThat(documented).contains("| `" + name));
    }

    private DryRun.Report run(String rules, String... lines) {
        var run = new DryRun(old, policy(rules), 100);
        for (int i = 0; i < lines.length; i++) {
            run.accept("records", i + 1, lines[i]);
        }
        return run.report();
    }

    private static Policy policy(String rules) {
        var source =
                new PolicySource(
                        Map.of(
                                "policy.yaml",
                                ("policy: p\nrules:\n" + rules).getBytes(StandardCharsets.UTF_8)));
        return ((Compilation.Compiled) PolicyCompiler.compile(source)).policy();
    }

    /** As an edge writes it, some members left out that nobody decides by. */
    static String record(String serverName, String rule, String reason) {
        return """
        {"time":"2026-11-23T10:30:00.123Z","id":"019aaf6e-0000-7000-8000-000000000000","site":"hq",\
        "edge":"e1","listener":"divert","client":"10.1.2.3:50000","user":null,"balancer":null,\
        "destination":"203.0.113.7:443","connect":null,"parent_proxy":null,"server_name":"%s",\
        "alpn_offered":["h2","http/1.1"],"ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1",\
        "hello_fault":null,"policy_version":7,"rule":"%s","exclusion":null,"outcome":"splice",\
        "reason":"%s","ending":"complete","http":{"filtered":true,"blocked_requests":[]},\
        "timeline_ms":{"accept":0,"hello":3}}\
        """
                .formatted(serverName, rule, reason);
    }
}

package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy's own tests: how they are read, what they find, and that they cannot be lenient. */
final class PolicyTestsTest {
    private static final Policy POLICY =
            Documents.compiled(
                    """
                    policy: p
                    rules:
                      - name: night
                        when: { site: lab, time: { from: "22:00", to: "06:00", zone: UTC } }
                        then: splice
                      - name: health
                        when: { host: .hospital.example, port: [443, 8443] }
                        then: splice
                      - name: malware
                        when: { host: malware.example }
                        then: block
                        label: "Known malware host"
                      - name: default
                        then: inspect
                        on: { untrusted: splice }
                    http:
                      - name: no-chat
                        when: { url: "chat.example/*", method: POST, client: 10.0.0.0/8 }
                        then: block
                        label: "Get back to work!"
                    """);

    static Stream<Documents.Wrong> wrong() {
        return Documents.wrong("wrong-tests.txt");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void wrong(Documents.Wrong wrong) {
        byte[] content = Objects.requireNonNull(wrong.source().files().get(PolicySource.DOCUMENT));

        assertThat(
                        switch (PolicyTestReader.read(POLICY, "policy.test.yaml", content)) {
                            case PolicyTestReader.Reading.Tests _ -> "";
                            case PolicyTestReader.Reading.Wrong(List<Problem> problems) ->
                                    Documents.text(problems);
                        })
                .isEqualTo(wrong.expected());
    }

    @Test
    void tests_that_hold_say_nothing() {
        assertThat(
                        failures(
                                """
                                given: { site: hq, port: 443 }
                                tests:
                                  - name: clinics are not inspected
                                    given: { host: www.hospital.example }
                                    expect: { rule: health, then: splice }
                                  - name: malware is told by its label
                                    given: { host: malware.example, port: 80 }
                                    expect: { then: block, label: Known malware host }
                                  - name: the rest is inspected
                                    given: { host: other.example }
                                    expect: { rule: default, on: { untrusted: splice, unreachable: block, pinned: block } }
                                  - name: nobody posts to the chat
                                    given: { client: 10.1.2.3, request: { method: post, url: "https://chat.example/%2e/x" } }
                                    expect: { then: inspect, request: { rule: no-chat, then: block, label: "Get back to work!" } }
                                  - name: all may read the chat
                                    given: { request: { url: "https://chat.example/x", headers: { cookie: [a=b, c=d] } } }
                                    expect: { request: { then: pass } }
                                  - name: without a name nothing is known of a host
                                    given: { hello: { no-sni: true } }
                                    expect: { rule: default }
                                """))
                .isEmpty();
    }

    @Test
    void what_is_not_as_expected_is_told_with_the_reason() {
        assertThat(
                        failures(
                                """
                                given: { site: hq }
                                tests:
                                  - name: wrong port
                                    given: { host: www.hospital.example, port: 22 }
                                    expect: { rule: health, then: splice }
                                  - name: wrong label
                                    given: { host: malware.example, port: 443 }
                                    expect: { rule: default, then: block, label: Gone }
                                  - name: wrong outcome
                                    given: { host: a.example, port: 443 }
                                    expect: { on: { untrusted: block, overload: block } }
                                  - name: no outcome
                                    given: { host: malware.example, port: 443 }
                                    expect: { on: { untrusted: block } }
                                  - name: wrong request
                                    given: { port: 443, client: 192.0.2.1, request: { method: POST, url: "https://chat.example/x" } }
                                    expect: { request: { rule: no-chat, then: block, label: "Get back to work!" } }
                                  - name: a request on a connection that is not inspected
                                    given: { port: 443, request: { url: "https://www.hospital.example/x" } }
                                    expect: { request: { then: pass } }
                                """))
                .containsExactly(
                        "3 wrong port: `rule`: default (expected: health): of health did not hold `port` [443, 8443] (22)",
                        "3 wrong port: `then`: inspect by rule default (expected: splice)",
                        "6 wrong label: `rule`: malware (expected: default): default stands below and was not looked at",
                        "6 wrong label: `label`: \"Known malware host\" (expected: \"Gone\")",
                        "9 wrong outcome: `untrusted`: splice (expected: block)",
                        "12 no outcome: `untrusted`: nothing is inspected by rule malware (expected: block)",
                        "15 wrong request: `request.rule`: none (expected: no-chat): of no-chat did not hold `client` 10.0.0.0/8 (192.0.2.1)",
                        "15 wrong request: `request.then`: pass (expected: block)",
                        "15 wrong request: `label`: none (expected: \"Get back to work!\")",
                        "18 a request on a connection that is not inspected: `request`: nobody sees it, rule health says splice (expected: inspect)");
    }

    // By a default for the time or the port such a test would hold, and mean nothing.
    @Test
    void a_test_that_leaves_out_a_fact_that_counts_cannot_hold() {
        assertThat(
                        failures(
                                """
                                tests:
                                  - { name: time, given: { host: a.example, site: lab }, expect: { rule: default } }
                                  - { name: site, given: { host: a.example, time: "2026-11-23T23:00:00Z" }, expect: { rule: default } }
                                  - { name: port, given: { host: a.hospital.example, site: hq }, expect: { rule: default } }
                                  - { name: enough, given: { host: a.example, site: hq }, expect: { rule: default } }
                                  - { name: client, given: { site: hq, request: { method: POST, url: "https://chat.example/" } }, expect: { request: { then: pass } } }
                                """))
                .containsExactly(
                        "2 time: cannot be told: rests on `time`, which the test does not give",
                        "3 site: cannot be told: rests on `site`, which the test does not give",
                        "4 port: cannot be told: rests on `port`, which the test does not give",
                        "6 client: cannot be told: rests on `client`, which the test does not give");
    }

    @Test
    void a_file_beyond_the_limit_and_octets_that_are_not_utf8_are_told() {
        assertThat(PolicyTestReader.read(POLICY, "t", new byte[(1 << 20) + 1]))
                .hasToString("Wrong[problems=[t:1:1: 1048577 bytes (expected: at most 1048576)]]");
        assertThat(PolicyTestReader.read(POLICY, "t", new byte[] {'a', (byte) 0xff}))
                .hasToString("Wrong[problems=[t:1:2: not UTF-8: octet 0xFF at offset 1]]");
    }

    private static List<String> failures(String document) {
        var reading =
                PolicyTestReader.read(
                        POLICY, "policy.test.yaml", document.getBytes(StandardCharsets.UTF_8));
        assertThat(reading).isInstanceOf(PolicyTestReader.Reading.Tests.class);
        return ((PolicyTestReader.Reading.Tests) reading)
                .tests().stream()
                        .map(test -> test.run(POLICY))
                        .flatMap(
                                result ->
                                        result.failures().stream()
                                                .map(
                                                        failure ->
                                                                result.place().line()
                                                                        + " "
                                                                        + result.name()
                                                                        + ": "
                                                                        + failure))
                        .toList();
    }
}

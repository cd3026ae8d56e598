package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What authors ask on their own machine: explain, test, dry-run. No control plane is there. */
class AuthorCommandsTest {
    private static final String POLICY =
            """
            policy: corporate
            rules:
              - name: clinic
                when: { host: .clinic.example, port: 443 }
                then: splice
                because: "Health services are never inspected."
              - name: night
                when: { site: lab, time: { from: "22:00", to: "06:00", zone: UTC } }
                then: block
              - name: default
                then: inspect
            http:
              - name: no-chat
                when: { url: "chat.example/*", method: POST }
                then: block
                label: "Get back to work!"
            """;

    @TempDir Path folder;
    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void write() throws Exception {
        Files.writeString(folder.resolve("policy.yaml"), POLICY);
    }

    @Test
    void explain_tells_the_rule_and_what_nearly_matched() {
        assertThat(
                        run(
                                "explain",
                                "DIR",
                                "--host",
                                "www.clinic.example",
                                "--port",
                                "22",
                                "--site",
                                "hq"))
                .isZero();
        assertThat(output.toString())
                .startsWith("connection: inspect by rule default\n")
                .contains("where it cannot be inspected: untrusted block,")
                .containsPattern("clinic +nearly")
                .containsPattern("host \\.clinic\\.example +www\\.clinic\\.example +yes +4")
                .containsPattern("port 443 +22 +no +4")
                .containsPattern("time \\{ from: 22:00.* +not given +unknown +8")
                .containsPattern("default +matches everything +DECIDES")
                .contains(
                        "nearly matched: clinic, but for port 443 (22) at "
                                + folder
                                + "/policy.yaml:4:36")
                .doesNotContain("nearly matched: night");
    }

    @Test
    void explain_says_when_it_cannot_be_certain() {
        assertThat(run("explain", "DIR", "--host", "a.example", "--site", "lab")).isEqualTo(7);
        assertThat(output.toString()).contains("NOT CERTAIN: rests on time, which was not given");
        assertThat(run("explain", "DIR", "--host", "a.example", "--site", "hq")).isZero();
        assertThat(
                        run(
                                "explain",
                                "DIR",
                                "--host",
                                "a.example",
                                "--site",
                                "lab",
                                "--time",
                                "2026-11-23T23:30:00+01:00"))
                .isZero();
        assertThat(output.toString()).contains("connection: block by rule night");
    }

    @Test
    void explain_asks_the_rules_for_requests_as_well() {
        assertThat(
                        run(
                                "explain",
                                "DIR",
                                "--site",
                                "hq",
                                "--request",
                                "POST https://chat.example/x"))
                .isZero();
        assertThat(output.toString())
                .contains("request: block by rule no-chat\n  label: Get back to work!\n")
                .containsPattern("url chat\\.example/\\* +https://chat\\.example:443/x +yes +14");
        assertThat(
                        run(
                                "explain",
                                "DIR",
                                "--port",
                                "443",
                                "--request",
                                "https://www.clinic.example/"))
                .isZero();
        assertThat(output.toString())
                .contains("request: nobody sees it, the connection is not inspected; if it were:");
    }

    @Test
    void explain_answers_programs_in_json_and_in_yaml_alike() {
        var ask =
                new String[] {
                    "explain", "DIR", "--host", "a.example", "--site", "hq", "-o", "json"
                };
        assertThat(run(ask)).isZero();
        var json = load(output.toString());
        ask[ask.length - 1] = "yaml";
        assertThat(run(ask)).isZero();
        var yaml = load(output.toString());

        assertThat(yaml).isEqualTo(json);
        assertThat(output.toString()).startsWith("connection:\n  rule: default\n  then: inspect\n");
        assertThat((Map<?, ?>) ((Map<?, ?>) json).get("connection"))
                .extracting("rules_below", "rests_on_unknown")
                .containsExactly(0, List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --client 10.0.0.0/8              | `client`: `10.0.0.0/8` (expected: an address
                    --fault slow                     | `fault`: `slow` (expected: not-tls,
                    --no-sni --host a.example        | `host`: is stated, and `no-sni` says that there is none
                    --time 10:30                     | `time`: `10:30` (expected: a time with its offset
                    --request chat.example           | `url`: `chat.example` (expected: a URL
                    --header X:y                     | --header without --request
                    --request https://a.example --header x | --header "x" (expected: "Name: value")
                    """)
    void facts_that_cannot_be_are_refused(String words, String said) {
        var all = Stream.concat(Stream.of("explain", "DIR"), Stream.of(words.split(" ")));

        assertThat(run(all.toArray(String[]::new))).isEqualTo(2);
        assertThat(errors.toString()).contains(said);
    }

    @Test
    void a_policy_with_problems_is_asked_nothing() throws Exception {
        Files.writeString(folder.resolve("policy.yaml"), POLICY.replace("splice", "slice"));
        Files.writeString(folder.resolve("records"), "");

        for (var command :
                new String[][] {
                    {"explain", "DIR", "--host", "a.example"},
                    {"test", "DIR"},
                    {"dry-run", "DIR", "DIR", "--records", "DIR/records"}
                }) {
            assertThat(run(command)).isEqualTo(1);
            assertThat(output.toString())
                    .isEqualTo(
                            folder
                                    + "/policy.yaml:5:11: rule clinic: `then`: `slice`, did you mean"
                                    + " `splice`?\n1 problem, nothing changed\n");
        }
    }

    @Test
    void tests_that_hold_and_tests_that_fail_are_two_exit_codes() throws Exception {
        Files.writeString(
                folder.resolve("policy.test.yaml"),
                """
                tests:
                  - name: clinics are left alone
                    given: { host: www.clinic.example, port: 443 }
                    expect: { rule: clinic, then: splice }
                """);
        assertThat(run("test", "DIR")).isZero();
        assertThat(output.toString()).isEqualTo("1 test, 0 failed\n");

        Files.writeString(
                folder.resolve("more.test.yaml"),
                """
                tests:
                  - name: 'by night & "after hours"'
                    given: { host: a.example, site: lab, time: "2026-11-23T12:00:00Z" }
                    expect: { then: block }
                """);
        assertThat(run("test", "DIR", "--junit", "DIR/report.xml")).isEqualTo(6);
        assertThat(output.toString())
                .isEqualTo(
                        folder
                                + "/more.test.yaml:2:5: test by night & \"after hours\": `then`: inspect by"
                                + " rule default (expected: block)\n2 tests, 1 failed\n");
        var suite =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(folder.resolve("report.xml").toFile())
                        .getDocumentElement();
        assertThat(suite.getAttribute("tests")).isEqualTo("2");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(
                        suite.getElementsByTagName("failure")
                                .item(0)
                                .getParentNode()
                                .getAttributes()
                                .getNamedItem("name")
                                .getNodeValue())
                .isEqualTo("by night & \"after hours\"");
        assertThat(run("test", "DIR", "--tests", "DIR/policy.test.yaml", "-o", "json")).isZero();
        assertThat((Map<?, ?>) load(output.toString()))
                .extracting("tests", "failed")
                .containsExactly(1, 0);
    }

    @Test
    void tests_that_are_wrong_are_told_with_their_place() throws Exception {
        Files.writeString(
                folder.resolve("policy.test.yaml"),
                "tests:\n  - { name: a, given: { hots: b.example }, expect: { rule: clinc } }\n");

        assertThat(run("test", "DIR")).isEqualTo(1);
        assertThat(output.toString())
                .isEqualTo(
                        """
                        DIR/policy.test.yaml:2:25: `hots`: unknown key, did you mean `host`?
                        DIR/policy.test.yaml:2:60: `rule`: unknown rule `clinc`, did you mean `clinic`?
                        2 problems, nothing tested
                        """
                                .replace("DIR", folder.toString()));
    }

    @Test
    void a_folder_without_tests_has_not_passed_them() {
        assertThat(run("test", "DIR")).isEqualTo(2);
        assertThat(errors.toString()).contains("no tests (expected: a file policy.test.yaml");
    }

    @Test
    void a_dry_run_tells_hosts_rules_and_counts() throws Exception {
        Files.createDirectories(folder.resolve("new"));
        Files.writeString(
                folder.resolve("new/policy.yaml"), POLICY.replace("port: 443", "port: 8443"));
        var records = new StringBuilder("not JSON\n");
        for (int i = 0; i < 30; i++) {
            records.append(record("h" + i % 3 + ".clinic.example")).append('\n');
        }
        records.append(record("other.example")).append('\n');
        Files.writeString(folder.resolve("records.jsonl"), records);

        assertThat(
                        run(
                                "dry-run",
                                "DIR",
                                "DIR/new",
                                "--records",
                                "DIR/records.jsonl",
                                "--limit",
                                "2"))
                .isZero();
        assertThat(output.toString())
                .isEqualTo(
                        """
                        32 records: 31 decided by both, 0 ended before a policy was asked, 1 unreadable
                          DIR/records.jsonl:1: not JSON
                        30 meet another fate, 0 the same by another rule

                        OLD RULE  OLD     NEW RULE  NEW      RECORDS
                        clinic    splice  default   inspect  30

                        HOST               OLD RULE  OLD     NEW RULE  NEW      RECORDS
                        h0.clinic.example  clinic    splice  default   inspect  10
                        h1.clinic.example  clinic    splice  default   inspect  10
                        and 1 more, see --limit
                        """
                                .replace("DIR", folder.toString()));
        assertThat(
                        run(
                                "dry-run",
                                "DIR",
                                "DIR/new",
                                "--exit-code",
                                "--records",
                                "DIR/records.jsonl",
                                "-o",
                                "json"))
                .isEqualTo(8);
        assertThat((Map<?, ?>) load(output.toString()))
                .extracting("changed", "hosts_not_shown")
                .containsExactly(30, 0);
        assertThat(run("dry-run", "DIR", "DIR", "--exit-code", "--records", "DIR/records.jsonl"))
                .isZero();
    }

    @Test
    void the_completion_is_a_script_that_bash_takes_and_that_completes() throws Exception {
        assertThat(run("completion")).isZero();
        var script = Files.writeString(folder.resolve("completion"), output.toString());

        // As bash asks when TAB is hit behind "overtctl dry-run --rec", then behind "overtctl ex".
        assertThat(completed(script, "overtctl dry-run --rec")).contains("--records");
        assertThat(completed(script, "overtctl ex")).contains("explain", "exclusions");
        assertThat(completed(script, "overtctl edges -o ")).contains("table", "json", "yaml");
    }

    /** Made again by {@code overtctl schema > docs/policy.schema.json}. */
    @Test
    void the_schema_beside_the_documentation_is_what_the_code_makes() throws Exception {
        assertThat(run("schema")).isZero();

        assertThat(Path.of("..", "docs", "policy.schema.json")).hasContent(output.toString());
    }

    /** Made again by {@code overtctl schema --reference > docs/policy-reference.md}. */
    @Test
    void the_reference_beside_the_documentation_is_what_the_code_makes() throws Exception {
        assertThat(run("schema", "--reference")).isZero();

        assertThat(Path.of("..", "docs", "policy-reference.md")).hasContent(output.toString());
    }

    private static List<String> completed(Path script, String line) throws Exception {
        var bash =
                new ProcessBuilder(
                                "bash",
                                "--norc",
                                "-c",
                                "source \"$1\"; COMP_LINE=$2; COMP_POINT=${#2};"
                                        + " read -ra COMP_WORDS <<< \"$2\";"
                                        + " [[ $2 == *' ' ]] && COMP_WORDS+=('');"
                                        + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                                        + " _complete_overtctl; printf '%s\\n' \"${COMPREPLY[@]}\"",
                                "bash",
                                script.toString(),
                                line)
                        .redirectErrorStream(true)
                        .start();
        var words = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(words).isZero();
        return words.lines().map(String::strip).toList();
    }

    private static String record(String serverName) {
        return """
        {"time":"2026-11-23T10:30:00.123Z","site":"hq","listener":"divert","client":"10.1.2.3:50000",\
        "user":null,"destination":"203.0.113.7:443","connect":null,"server_name":"%s",\
        "alpn_offered":["h2"],"ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1","hello_fault":null,\
        "rule":"%s","outcome":"splice","reason":"rule"}\
        """
                .formatted(serverName, serverName.startsWith("h") ? "clinic" : "default");
    }

    private static Object load(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    private int run(String... words) {
        output.getBuffer().setLength(0);
        errors.getBuffer().setLength(0);
        return Overtctl.run(
                Map.of("HOME", folder.resolve("home").toString()),
                new PrintWriter(output, true),
                new PrintWriter(errors, true),
                Stream.of(words)
                        .map(word -> word.replace("DIR", folder.toString()))
                        .toArray(String[]::new));
    }
}

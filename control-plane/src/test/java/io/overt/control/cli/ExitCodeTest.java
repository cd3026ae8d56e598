package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestPki;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts can tell apart without a control plane that answers. */
class ExitCodeTest {
    private static final String GOOD =
            """
            policy: p
            rules:
              - { name: all, then: splice }
            """;

    @TempDir Path directory;
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void write() throws Exception {
        Files.writeString(directory.resolve("good.yaml"), GOOD);
        Files.writeString(directory.resolve("bad.yaml"), GOOD.replace("splice", "slice"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    aply                        | aply
                    edges --colour              | --colour
                    edges --output xml          | xml
                    edges surplus               | surplus
                    check --offline             | POLICY
                    apply --wait soon good.yaml | soon
                    """)
    void a_command_line_that_is_wrong_and_what_of_it(String words, String said) {
        assertThat(run(words)).isEqualTo(2);
        assertThat(errors.toString()).contains(said).doesNotContain("\tat ");
    }

    @Test
    void a_configuration_that_is_not_there() {
        assertThat(run("--config DIR/nowhere.yaml edges")).isEqualTo(2);
        assertOneLine("nowhere.yaml");
    }

    @Test
    void a_configuration_that_is_not_there_under_the_name_in_the_environment() {
        assertThat(runIn(Map.of("OVERTCTL_CONFIG", directory + "/elsewhere.yaml"), "edges"))
                .isEqualTo(2);
        assertOneLine("elsewhere.yaml");
        assertThat(runIn(Map.of("HOME", directory.toString()), "edges")).isEqualTo(2);
        assertThat(errors.toString()).contains(".config/overt/overtctl.yaml");
    }

    @Test
    void a_configuration_with_an_unknown_key_named_with_file_and_line() throws Exception {
        config("contrl: 127.0.0.1:1\n");

        assertThat(run("--config DIR/overtctl.yaml edges")).isEqualTo(2);
        assertThat(errors.toString())
                .contains("overtctl.yaml:6: contrl: unknown key")
                .contains("control")
                .doesNotContain("\tat ");
    }

    @Test
    void an_identity_that_cannot_be_used() throws Exception {
        config("");
        Files.writeString(directory.resolve("broken.pem"), "no PEM");
        Path file = directory.resolve("overtctl.yaml");
        Files.writeString(
                file,
                Files.readString(file).replaceFirst("certificate: .*", "certificate: broken.pem"));

        assertThat(run("--config DIR/overtctl.yaml edges")).isEqualTo(2);
        assertOneLine("broken.pem");
    }

    @Test
    void a_policy_that_is_not_there() {
        assertThat(run("check --offline DIR/missing")).isEqualTo(2);
        assertOneLine("missing");
    }

    @Test
    void a_policy_with_problems_is_another_matter_than_a_good_one() {
        assertThat(run("check --offline DIR/bad.yaml")).isEqualTo(1);
        assertThat(run("check --offline DIR/good.yaml")).isZero();
    }

    @Test
    void a_control_plane_that_does_not_answer_is_another_matter_than_a_wrong_configuration()
            throws Exception {
        config("timeout: 30s\n");

        assertThat(run("--config DIR/overtctl.yaml edges")).isEqualTo(3);
        assertOneLine("control plane: ");
    }

    /** Of an operator, with a control plane at a port that nobody listens on. */
    private void config(String more) throws Exception {
        PemFiles operator = TestPki.fleet(directory, "berlin").issue("operator", "otto");
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        Files.writeString(
                directory.resolve("overtctl.yaml"),
                """
                control: 127.0.0.1:%d
                identity:
                  certificate: %s
                  key: %s
                """
                                .formatted(port, operator.certificateChain(), operator.privateKey())
                        + "  trust-anchors: "
                        + operator.trustAnchors()
                        + "\n"
                        + more);
    }

    private int run(String words) {
        return runIn(Map.of("HOME", directory.resolve("home").toString()), words);
    }

    private int runIn(Map<String, String> environment, String words) {
        errors.getBuffer().setLength(0);
        return Overtctl.run(
                environment,
                new PrintWriter(new StringWriter()),
                new PrintWriter(errors, true),
                words.replace("DIR", directory.toString()).split(" "));
    }

    private void assertOneLine(String about) {
        assertThat(errors.toString().lines()).singleElement().asString().contains(about);
    }
}

package io.overt.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigFileTest {
    @TempDir Path folder;

    enum Mode {
        SOFT_FAIL,
        OFF
    }

    @Test
    void every_kind_of_value_is_read_as_its_type() throws Exception {
        var root =
                ConfigFile.read(
                        write(
                                """
                                site: 007
                                hello:
                                  max-size: 64KiB
                                  deadline: 1500ms
                                strict: true
                                workers: 12
                                revocation: soft-fail
                                key: keys/edge.pem
                                pin: credential:pin
                                control: control.example:9443
                                listen: "[::]:443"
                                sites: [hq, "lab"]
                                listeners:
                                  - name: a
                                  - name: b
                                """),
                        Map.of("CREDENTIALS_DIRECTORY", "/run/credentials/overt"));

        // Texts stay as written: YAML would make the number 7 of it.
        assertThat(root.text("site")).isEqualTo("007");
        var hello = root.section("hello");
        assertThat(hello.size("max-size", 1)).isEqualTo(65_536);
        assertThat(hello.duration("deadline", Duration.ofSeconds(9)))
                .isEqualTo(Duration.ofMillis(1500));
        assertThat(root.flag("strict", false)).isTrue();
        assertThat(root.integer("workers", 1, 1, 64)).isEqualTo(12);
        assertThat(root.choice("revocation", Mode.class, Mode.OFF)).isEqualTo(Mode.SOFT_FAIL);
        assertThat(root.path("key")).isEqualTo(folder.resolve("keys/edge.pem"));
        assertThat(root.path("pin")).isEqualTo(Path.of("/run/credentials/overt/pin"));
        assertThat(root.address("control"))
                .isEqualTo(InetSocketAddress.createUnresolved("control.example", 9443));
        assertThat(root.listenAddress("listen"))
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::"), 443));
        assertThat(root.list("sites")).containsExactly("hq", "lab");
        assertThat(root.sections("listeners").stream().map(each -> each.text("name")))
                .containsExactly("a", "b");
        root.finish();
    }

    @Test
    void what_is_absent_has_its_default() throws Exception {
        var root = ConfigFile.read(write("site: hq\n"));

        assertThat(root.text("site")).isEqualTo("hq");
        assertThat(root.text("name", "edge")).isEqualTo("edge");
        assertThat(root.optionalText("label")).isEqualTo(Optional.empty());
        assertThat(root.flag("strict", true)).isTrue();
        assertThat(root.integer("workers", 4, 1, 64)).isEqualTo(4);
        assertThat(root.size("cache", 99)).isEqualTo(99);
        assertThat(root.path("state", "state")).isEqualTo(folder.resolve("state"));
        assertThat(root.listenAddress("listen", "127.0.0.1:9090").getPort()).isEqualTo(9090);
        assertThat(root.list("sites")).isEmpty();
        assertThat(root.sections("listeners")).isEmpty();
        assertThat(root.optionalSection("hello")).isEmpty();
        assertThat(root.sectionOrDefaults("admin").integer("port", 9, 1, 10)).isEqualTo(9);
        root.finish();
    }

    /**
     * What is wrong with a file, and what the operator is told; the reader asks for everything as
     * one process would.
     */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        "unknown key with a near one",
                        "sit: hq\nsite: hq\n",
                        "1: sit: unknown key (did you mean: site?)"),
                mistake(
                        "unknown key with nothing near",
                        "site: hq\nzzzzzzzz: 1\n",
                        "2: zzzzzzzz: unknown key (expected one of: site, hello, workers, strict, mode, listen, control, sites,"
                                + " listeners)"),
                mistake(
                        "unknown key inside a section",
                        "site: hq\nhello:\n  max-sise: 1B\n",
                        "3: hello.max-sise: unknown key (did you mean: max-size?)"),
                mistake(
                        "unknown key inside a list of sections",
                        "site: hq\nlisteners:\n  - name: a\n  - name: b\n    nome: c\n",
                        "5: listeners[1].nome: unknown key (did you mean: name?)"),
                mistake("missing key", "workers: 3\n", "1: site: missing (it has no default)"),
                mistake("missing value", "site:\n", "1: site: empty (expected: a plain value)"),
                mistake(
                        "empty text",
                        "site: ''\n",
                        "1: site: empty (expected: a value, or no such key)"),
                mistake(
                        "given twice",
                        "site: hq\nsite: lab\n",
                        "2: site: given twice (first on line 1)"),
                mistake(
                        "section where a text is",
                        "site:\n  a: b\n",
                        "1: site: a section (expected: a plain value)"),
                mistake(
                        "list where a text is",
                        "site: [a]\n",
                        "1: site: a list (expected: a plain value)"),
                mistake(
                        "text where a section is",
                        "site: a\nhello: 3\n",
                        "2: hello: 3 (expected: a section with keys)"),
                mistake(
                        "text where a list is",
                        "site: a\nsites: b\n",
                        "2: sites: b (expected: a list)"),
                mistake(
                        "section in a list of texts",
                        "site: a\nsites:\n  - b: c\n",
                        "3: sites: a section (expected: a list of plain values)"),
                mistake(
                        "number that is none",
                        "site: a\nworkers: many\n",
                        "2: workers: many (expected: a whole number, from 1 to 64)"),
                mistake(
                        "number too small",
                        "site: a\nworkers: 0\n",
                        "2: workers: 0 (expected: from 1 to 64)"),
                mistake(
                        "number too large",
                        "site: a\nworkers: 65\n",
                        "2: workers: 65 (expected: from 1 to 64)"),
                mistake(
                        "flag that is none",
                        "site: a\nstrict: yes\n",
                        "2: strict: yes (expected: true or false)"),
                mistake(
                        "choice that is none",
                        "site: a\nmode: of\n",
                        "2: mode: of (expected: soft-fail or off)"),
                mistake(
                        "size without unit",
                        "site: a\nhello:\n  max-size: 64\n",
                        "3: hello.max-size: 64 (expected: a number and a unit of B, KiB, MiB or GiB, such as 64KiB)"),
                mistake(
                        "size of nothing",
                        "site: a\nhello: {max-size: 0B}\n",
                        "2: hello.max-size: 0B (expected: > 0)"),
                mistake(
                        "size past what a long holds",
                        "site: a\nhello: {max-size: 99999999999GiB}\n",
                        "2: hello.max-size: 99999999999GiB (expected: at most 9223372036854775807B)"),
                mistake(
                        "duration without unit",
                        "site: a\nhello: {deadline: 10}\n",
                        "2: hello.deadline: 10 (expected: a number and a unit of ms, s, m, h or d, such as 10s)"),
                mistake(
                        "duration out of range",
                        "site: a\nhello: {deadline: 2h}\n",
                        "2: hello.deadline: 2h (expected: from 1ms to 1m)"),
                mistake(
                        "listening on a name",
                        "site: a\nlisten: localhost:1\n",
                        "2: listen: localhost:1 (expected: an IP address and a port, such as 127.0.0.1:9090 or [::]:443)"),
                mistake(
                        "port out of range",
                        "site: a\nlisten: 127.0.0.1:65536\n",
                        "2: listen: 127.0.0.1:65536 (expected: a port from 0 to 65535)"),
                mistake(
                        "no port",
                        "site: a\ncontrol: control.example\n",
                        "2: control: control.example (expected: host:port, such as control.example:9443 or"
                                + " [2001:db8::1]:9443)"),
                mistake(
                        "IPv6 address without brackets",
                        "site: a\ncontrol: 2001:db8::1:9443\n",
                        "2: control: 2001:db8::1:9443 (expected: host:port, such as control.example:9443 or"
                                + " [2001:db8::1]:9443)"),
                mistake(
                        "address of five parts",
                        "site: a\ncontrol: 1.2.3.4.5:1\n",
                        "2: control: 1.2.3.4.5:1 (expected: host:port, such as control.example:9443 or [2001:db8::1]:9443)"),
                mistake(
                        "anchor",
                        "site: &x a\n",
                        "1: site: anchors and aliases are not read (expected: the value itself)"));
    }

    private static Arguments mistake(String name, String yaml, String message) {
        return Arguments.of(name, yaml, message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void a_mistake_is_told_with_file_line_key_and_what_was_expected(
            String name, String yaml, String message) throws Exception {
        var file = write(yaml);

        assertThat(problemsOf(file)).as(name).containsExactly(file + ":" + message);
    }

    @Test
    void all_mistakes_are_told_at_once_in_the_order_of_the_file() throws Exception {
        var file = write("workers: 0\nsite:\nstrct: true\nhello:\n  deadline: soon\n");

        assertThat(problemsOf(file))
                .map(problem -> problem.substring(file.toString().length()))
                .containsExactly(
                        ":1: workers: 0 (expected: from 1 to 64)",
                        ":2: site: empty (expected: a plain value)",
                        ":3: strct: unknown key (did you mean: strict?)",
                        ":5: hello.deadline: soon (expected: a number and a unit of ms, s, m, h or d, such as 10s)");
    }

    @Test
    void a_missing_section_is_told_once_and_not_for_each_of_its_keys() throws Exception {
        var file = write("site: a\n");
        var root = ConfigFile.read(file);
        root.text("site");
        var tls = root.section("tls");
        tls.path("certificate");
        tls.text("key");

        assertThatThrownBy(root::finish)
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ":1: tls: missing (it has no default)");
    }

    @Test
    void a_credential_needs_systemd() throws Exception {
        var file = write("pin: credential:pin\n");
        var root = ConfigFile.read(file, Map.of());
        root.path("pin");

        assertThatThrownBy(root::finish)
                .hasMessage(
                        file
                                + ":1: pin: credential:pin (expected: a process started by systemd with LoadCredential=;"
                                + " CREDENTIALS_DIRECTORY is not set)");
    }

    @Test
    void a_file_that_is_no_configuration_is_told_as_such() throws Exception {
        Consumer<String> ends =
                end ->
                        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("edge.yaml")))
                                .isInstanceOf(ConfigException.class)
                                .hasMessageContaining(end);
        ends.accept("edge.yaml: no such file");
        write("");
        ends.accept("edge.yaml: empty (expected: a mapping of keys)");
        write("- a\n- b\n");
        ends.accept("edge.yaml:1: expected a mapping of keys at the top");
        write("a: [1\nb: 2\n");
        ends.accept("edge.yaml:2: not YAML: ");
        Files.write(folder.resolve("edge.yaml"), new byte[] {'a', ':', (byte) 0xff});
        ends.accept("edge.yaml: not UTF-8");
        Files.write(folder.resolve("edge.yaml"), new byte[(1 << 20) + 1]);
        ends.accept("edge.yaml: 1048577 bytes (expected: at most 1048576)");
    }

    private static List<String> problemsOf(Path file) {
        try {
            var root = ConfigFile.read(file);
            root.text("site");
            root.optionalSection("hello")
                    .ifPresent(
                            hello -> {
                                hello.size("max-size", 1);
                                hello.duration(
                                        "deadline",
                                        Duration.ofSeconds(1),
                                        Duration.ofMillis(1),
                                        Duration.ofMinutes(1));
                            });
            root.integer("workers", 1, 1, 64);
            root.flag("strict", false);
            root.choice("mode", Mode.class, Mode.OFF);
            root.listenAddress("listen", "127.0.0.1:1");
            root.optionalAddress("control");
            root.list("sites");
            root.sections("listeners").forEach(listener -> listener.text("name"));
            root.finish();
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }

    private Path write(String yaml) throws Exception {
        return Files.writeString(folder.resolve("edge.yaml"), yaml);
    }
}

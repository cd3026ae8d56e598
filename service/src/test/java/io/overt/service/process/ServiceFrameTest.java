package io.overt.service.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ServiceFrameTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void a_process_that_is_asked_to_stop_closes_its_parts_the_last_one_first() throws Exception {
        assertThat(run("--config", config("then: stop"))).isEqualTo(ServiceFrame.OK);
        assertThat(journal()).isEqualTo("last closed\nfirst closed\n");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void a_part_that_cannot_go_on_ends_the_process_with_a_failure() throws Exception {
        assertThat(run("--config", config("then: fail"))).isEqualTo(ServiceFrame.FAILED);
        assertThat(journal()).isEqualTo("last closed\nfirst closed\n");
    }

    @Test
    void a_part_that_does_not_close_keeps_none_of_the_others_open() throws Exception {
        assertThat(run("--config", config("then: stuck,stop"))).isEqualTo(ServiceFrame.FAILED);
        assertThat(journal()).isEqualTo("last closed\nfirst closed\n");
    }

    @Test
    void a_check_reads_everything_and_starts_nothing() throws Exception {
        var file = config("then: stop");

        assertThat(run("--config", file, "--check")).isEqualTo(ServiceFrame.OK);
        assertThat(err.toString(UTF_8)).isEqualTo(file + ": ok\n");
        assertThat(folder.resolve("journal")).doesNotExist();
    }

    @Test
    void mistakes_in_the_configuration_are_lines_and_exit_code_2() throws Exception {
        var file = config("thn: stop\nlog: {level: loud}");

        assertThat(run("--config", file)).isEqualTo(ServiceFrame.USAGE);
        assertThat(err.toString(UTF_8))
                .isEqualTo(
                        file
                                + ":3: thn: unknown key (did you mean: then?)\n"
                                + file
                                + ":4: log.level: loud (expected: error or warn or info or debug)\n");
    }

    @Test
    void what_the_check_finds_is_a_line_and_exit_code_2() throws Exception {
        var file =
                Files.writeString(
                        folder.resolve("t.yaml"), "listen: 127.0.0.1:0\njournal: none/journal\n");

        assertThat(run("--config", file.toString())).isEqualTo(ServiceFrame.USAGE);
        assertThat(err.toString(UTF_8)).isEqualTo(folder.resolve("none") + ": no such folder\n");
    }

    @Test
    void a_missing_file_and_a_wrong_command_line_are_exit_code_2() {
        assertThat(run("--config", folder.resolve("none.yaml").toString()))
                .isEqualTo(ServiceFrame.USAGE);
        assertThat(err.toString(UTF_8)).isEqualTo(folder.resolve("none.yaml") + ": no such file\n");
        assertThat(run()).isEqualTo(ServiceFrame.USAGE);
        assertThat(err.toString(UTF_8)).contains("Missing required option: '--config=FILE'");
        assertThat(run("--config", "x", "--chek")).isEqualTo(ServiceFrame.USAGE);
        assertThat(err.toString(UTF_8)).contains("Unknown option: '--chek'");
    }

    @Test
    void a_port_that_is_taken_is_one_line_and_exit_code_1_and_what_had_started_is_closed()
            throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var file =
                    Files.writeString(
                            folder.resolve("t.yaml"),
                            "listen: 127.0.0.1:" + taken.getLocalPort() + "\njournal: journal\n");

            assertThat(run("--config", file.toString())).isEqualTo(ServiceFrame.FAILED);
            assertThat(err.toString(UTF_8))
                    .isEqualTo(
                            "listen 127.0.0.1:"
                                    + taken.getLocalPort()
                                    + ": address already in use\n");
            assertThat(journal()).isEqualTo("first closed\n");
        }
    }

    @Test
    void a_defect_at_start_is_exit_code_1_and_what_had_started_is_closed() throws Exception {
        assertThat(run("--config", config("then: defect"))).isEqualTo(ServiceFrame.FAILED);
        assertThat(err.toString(UTF_8))
                .isEqualTo("a defect: java.lang.IllegalStateException: a defect\n");
        assertThat(journal()).isEqualTo("last closed\nfirst closed\n");
    }

    @Test
    void version_help_and_further_commands_need_no_configuration() {
        assertThat(run("--version")).isEqualTo(ServiceFrame.OK);
        assertThat(out.toString(UTF_8)).isEqualTo("overt-test " + Build.version() + "\n");
        assertThat(Build.version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(run("--help")).isEqualTo(ServiceFrame.OK);
        assertThat(out.toString(UTF_8))
                .contains("Listens, and keeps a journal.", "--check", "hello");
        assertThat(run("hello")).isEqualTo(7);
    }

    @Test
    void a_real_process_says_ready_in_json_and_leaves_with_0_on_sigterm() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                TestService.class.getName(),
                                "--config",
                                config(""))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(lines.readLine())
                    .matches(
                            "\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\",\"level\":\"INFO\","
                                    + "\"logger\":\"io.overt.service.process.ServiceFrame\",\"message\":\"ready\","
                                    + "\"process\":\"overt-test\",\"version\":\".+\"}");
            process.toHandle()
                    .destroy(); // Process.destroy would also close the stream that is read below
            var rest = new ArrayList<String>();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                rest.add(line);
            }
            assertThat(rest).singleElement().asString().contains("\"message\":\"stopped\"");
            assertThat(process.waitFor()).isEqualTo(0);
            assertThat(journal()).isEqualTo("last closed\nfirst closed\n");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_real_process_reads_its_configuration_again_on_sighup_and_refuses_a_bad_one()
            throws Exception {
        var file = config("");
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                TestService.class.getName(),
                                "--config",
                                file)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(lines.readLine()).contains("\"message\":\"ready\"");

            config("then: again");
            hangUp(process);
            assertThat(lines.readLine())
                    .contains("\"message\":\"configuration reloaded\"", "\"changed\":\"[then]\"");

            config("then: [broken\nlog:\n  level: debug");
            hangUp(process);
            assertThat(lines.readLine())
                    .contains("configuration not reloaded", file + ":", "not YAML");

            Files.writeString(Path.of(file), "listen: 127.0.0.2:0\njournal: journal\nthn: x\n");
            hangUp(process);
            assertThat(lines.readLine())
                    .contains("configuration not reloaded", file + ":3: thn: unknown key");

            Files.writeString(Path.of(file), "listen: 127.0.0.2:0\njournal: journal\n");
            hangUp(process);
            assertThat(lines.readLine()).contains("configuration not reloaded", "listen: changed");

            process.toHandle().destroy();
            assertThat(lines.readLine()).contains("\"message\":\"stopped\"");
            assertThat(process.waitFor()).isEqualTo(0);
            assertThat(journal()).isEqualTo("then: again\nlast closed\nfirst closed\n");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void hangUp(Process process) throws Exception {
        var kill = new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        return ServiceFrame.run(
                new TestService(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                args);
    }

    private String config(String more) throws IOException {
        return Files.writeString(
                        folder.resolve("t.yaml"),
                        "listen: 127.0.0.1:0\njournal: journal\n" + more + "\n")
                .toString();
    }

    private String journal() throws IOException {
        return Files.readString(folder.resolve("journal"));
    }
}

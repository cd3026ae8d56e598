package io.overt.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.overt.it.cluster.Launcher;
import io.overt.testkit.page.ShellPage;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/policy.md, its first section, followed word for word by somebody who has nothing but a
 * checkout: its shell blocks are run as they stand there, one after the other in one bash, and
 * print what the page says. What stands for the checkout is a folder with the script {@code overt}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstPolicyPageTest {
    private static final String CLUSTER = "target/demo";

    @TempDir static Path checkout;
    private final List<ShellPage.Block> blocks = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    @BeforeAll
    void follow_the_page() throws Exception {
        Path root = Launcher.ofBuildTree().root();
        Files.createSymbolicLink(checkout.resolve("overt"), root.resolve("overt"));
        blocks.addAll(
                ShellPage.of(section(Files.readString(root.resolve("docs/policy.md")))).blocks());
        StringBuilder script = new StringBuilder();
        for (ShellPage.Block block : blocks) {
            script.append(block.script()).append("echo '").append(END_OF_BLOCK).append("'\n");
        }
        // ./overt says in bold what it does.
        String output = bash(script.toString()).replaceAll("\u001B\\[[0-9;]*m", "");
        said.addAll(List.of(output.split(END_OF_BLOCK + "\n", -1)));
    }

    /** The page stops its cluster; whoever could not follow it to its end does not. */
    @AfterAll
    void stop() throws Exception {
        if (Files.exists(checkout.resolve(CLUSTER))) {
            bash("./overt demo --stop " + CLUSTER);
        }
    }

    @Test
    void each_block_prints_what_the_page_says_and_nothing_where_it_says_nothing() {
        assertThat(said).hasSize(blocks.size() + 1);
        SoftAssertions softly = new SoftAssertions();
        for (int i = 0; i < blocks.size(); i++) {
            softly.assertThat(blocks.get(i).prints(said.get(i)))
                    .as(
                            "%s%nprinted%n%s%nthe page has%n%s",
                            blocks.get(i).script(), said.get(i), blocks.get(i).printed().orElse(""))
                    .isTrue();
        }
        softly.assertAll();
    }

    @Test
    void a_reader_meets_each_of_the_three_fates_and_its_record() {
        // However the page is worded, these come in this order.
        assertThat(String.join("", said))
                .containsSubsequence(
                        "issuer: O=Example Corp; CN=Example Corp TLS Inspection CA",
                        "connection: splice by rule ",
                        "connection: block by rule ",
                        "complete (taken by 2 of 2)",
                        "issuer: CN=Test Intermediate",
                        "response 403",
                        "issuer: O=Example Corp; CN=Example Corp TLS Inspection CA",
                        "<h1>No games of chance from here</h1>",
                        "\"outcome\":\"splice\"",
                        "\"outcome\":\"block\"",
                        "\"outcome\":\"inspect\"");
    }

    @Test
    void nothing_is_left_of_the_cluster() throws IOException {
        assertThat(checkout.resolve(CLUSTER)).doesNotExist();
        assertThat(commandLines()).noneMatch(line -> line.contains(checkout.toString()));
    }

    /** Of all processes; ProcessHandle leaves out what is behind a class path of ours. */
    private static List<String> commandLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                try {
                    lines.add(Files.readString(each.resolve("cmdline")));
                } catch (IOException _) {
                    // It has ended meanwhile.
                }
            }
        }
        assertThat(lines).isNotEmpty();
        return lines;
    }

    private static String section(String page) {
        return page.split("(?m)^## Your first policy$", 2)[1].split("(?m)^## ", 2)[0];
    }

    private static String bash(String script) throws Exception {
        Path output = checkout.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", script)
                        .directory(checkout.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile());
        // Whoever starts this JVM with another class path than that of the tests says that one.
        builder.environment()
                .putIfAbsent("OVERT_IT_CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("OVERT_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("OVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Process process = builder.start();
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("not done after " + DEADLINE + ":\n" + Files.readString(output));
        }
        return Files.readString(output);
    }

    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final String END_OF_BLOCK = "--- end of a block ---";
}

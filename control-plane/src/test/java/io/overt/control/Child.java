package io.overt.control;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A class's {@code main} in a process of its own, which can be killed. */
final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    static Child start(Class<?> main, String... args) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                System.getProperty("java.home") + "/bin/java",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx128m",
                                "-cp",
                                classPath(),
                                main.getName()));
        command.addAll(List.of(args));
        return new Child(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** Some who run tests load them by a loader of their own. */
    private static String classPath() {
        return Child.class.getClassLoader() instanceof URLClassLoader loader
                ? Arrays.stream(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())).toString())
                        .collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    private Child(Process process) {
        this.process = process;
        this.said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What follows the word on the next line that begins with it; nothing when it has ended. */
    Optional<String> next(String word) throws IOException {
        for (var line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(word + " ")) {
                return Optional.of(line.substring(word.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** As {@code kill -9}: it is not asked. What it has said can still be read. */
    void kill() {
        // The process's own method would close what it has said as well.
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        said.close();
    }
}

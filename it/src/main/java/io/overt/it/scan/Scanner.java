package io.overt.it.scan;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.Closing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * TLS-Scanner in a process of its own.
 *
 * @param classPath of the module {@code tls-scan} and all that the scanner needs
 * @param directory for what it prints and finds
 * @param open takes over each process, which ends with us if not before
 */
record Scanner(String classPath, Path directory, Closing open) {
    /**
     * Scans a server on the loopback address.
     *
     * @param name of what is scanned, for files and messages
     * @return what was found, by the scanner's own names
     */
    Map<String, String> server(String name, int port, String serverName)
            throws IOException, InterruptedException {
        Path found = directory.resolve(name + ".tsv");
        run(
                name,
                "io.overt.tlsscan.ServerScan",
                Integer.toString(port),
                serverName,
                PATIENCE_MILLIS,
                found.toString());
        return read(found);
    }

    /**
     * Scans a client.
     *
     * @param name of what is scanned, for files and messages
     * @param command that makes it connect to {@code [port]} of the loopback address
     * @return what was found, by the scanner's own names
     */
    Map<String, String> client(String name, List<String> command)
            throws IOException, InterruptedException {
        Path found = directory.resolve(name + ".tsv");
        run(
                name,
                "io.overt.tlsscan.ClientScan",
                PATIENCE_MILLIS,
                found.toString(),
                String.join(" ", command));
        return read(found);
    }

    private void run(String name, String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath,
                                program));
        command.addAll(List.of(arguments));
        Path found = directory.resolve(name + ".tsv");
        Files.deleteIfExists(found);
        Child scan =
                open.opened(
                        Child.start(
                                "the scan of " + name,
                                command,
                                Map.of(),
                                directory.resolve(name + ".log")));
        scan.await("done", DEADLINE, () -> !scan.alive() && Files.exists(found));
    }

    static Map<String, String> read(Path found) throws IOException {
        Map<String, String> findings = new TreeMap<>();
        for (String line : Files.readAllLines(found)) {
            int tab = line.indexOf('\t');
            findings.put(line.substring(0, tab), line.substring(tab + 1));
        }
        return findings;
    }

    /** What answers at all answers in milliseconds; a busy machine is given a second. */
    private static final String PATIENCE_MILLIS = "1000";

    private static final Duration DEADLINE = Duration.ofMinutes(40);
}

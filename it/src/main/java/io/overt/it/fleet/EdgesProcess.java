package io.overt.it.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@link FleetEdges} in its process, and what it has told. Thread-safe. */
final class EdgesProcess implements AutoCloseable {
    private final Process process;
    private final Path state;
    private final Map<Long, List<Long>> inForce = new ConcurrentHashMap<>();
    private final List<Long> attempts = new ArrayList<>();
    private volatile long connected;
    private long before = -1;

    private EdgesProcess(Process process, Path state) {
        this.process = process;
        this.state = state;
    }

    static EdgesProcess start(Path work, int port, Path key, int edges) throws IOException {
        // Thousands of edges sync thousands of disks, and not one: memory, where there is some.
        var memory = Path.of("/dev/shm");
        var state =
                Files.isWritable(memory)
                        ? Files.createTempDirectory(memory, "overt-bench-fleet")
                        : work.resolve("state");
        var builder =
                new ProcessBuilder(
                        FleetBench.java(
                                "-Xmx2g",
                                FleetEdges.class.getName(),
                                work.resolve("identity").toString(),
                                state.toString(),
                                Integer.toString(port),
                                key.toString(),
                                Integer.toString(edges)));
        builder.redirectError(work.resolve("edges.log").toFile());
        var edgesProcess = new EdgesProcess(builder.start(), state);
        Thread.ofPlatform().daemon().name("edges").start(edgesProcess::listen);
        return edgesProcess;
    }

    private void listen() {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var words = line.split(" ", -1);
                switch (words[0]) {
                    case "#at" -> hear(Long.parseLong(words[2]), Long.parseLong(words[3]));
                    case "#version" ->
                            inForce.put(
                                    Long.parseLong(words[1]),
                                    Stream.of(words).skip(2).map(Long::parseLong).toList());
                    // The log of the edges: a lost stream is a line each.
                    default -> {}
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each attempt that ended, well or badly, is one more that is connected or has ended. */
    private synchronized void hear(long nowConnected, long ended) {
        connected = nowConnected;
        if (before >= 0) {
            attempts.add(nowConnected + ended - before);
        }
        before = nowConnected + ended;
    }

    /** How many edges have a stream. */
    long connected() {
        return connected;
    }

    /** When a version came into force at each edge, the first one first; once it has at all. */
    Optional<List<Long>> inForce(long version) {
        return Optional.ofNullable(inForce.get(version));
    }

    synchronized void forgetAttempts() {
        attempts.clear();
    }

    /** In each tenth of a second since {@link #forgetAttempts}. */
    synchronized List<Long> attempts() {
        return List.copyOf(attempts);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (Files.exists(state)) {
            try (var files = Files.walk(state)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}

package io.overt.it.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program that was started and will be stopped. What it prints goes to one file.
 *
 * <p>Not thread-safe. Whoever starts it closes it.
 */
public final class Child implements AutoCloseable {
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param environment added to this process's own
     * @throws IOException when it cannot be started
     */
    public static Child start(
            String name, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        return new Child(name, builder.start(), log);
    }

    /**
     * Waits until a condition holds.
     *
     * @throws IllegalStateException when the program ends first or the deadline passes; the message
     *     has the end of what it printed
     */
    public void await(String what, Duration deadline, BooleanSupplier condition)
            throws InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        "%s ended with status %d before it was %s:%n%s"
                                .formatted(name, process.exitValue(), what, tail()));
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "%s is not %s after %d s:%n%s"
                                .formatted(name, what, deadline.toSeconds(), tail()));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Whether it still runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Ends it without asking, as a power cut would; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * Stops it where it is, as a machine that hangs does: its sockets stay open, and nobody answers
     * on them.
     */
    public void pause() throws IOException, InterruptedException {
        Command.run("kill", "-STOP", process.pid() + "");
    }

    /** Lets it go on after {@link #pause}. */
    public void resume() throws IOException, InterruptedException {
        Command.run("kill", "-CONT", process.pid() + "");
    }

    /**
     * Waits until it ends by itself.
     *
     * @return its exit status
     * @throws IllegalStateException when it does not
     */
    public int awaitEnd(Duration deadline) throws InterruptedException {
        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "%s still runs after %d s:%n%s".formatted(name, deadline.toSeconds(), tail()));
        }
        return process.exitValue();
    }

    /** What it printed last, for messages. */
    public String tail() {
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(log, StandardCharsets.UTF_8));
            return String.join(
                    System.lineSeparator(),
                    lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    /** Asks it to end, and ends it when it has not after twenty seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

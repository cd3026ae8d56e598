package io.overt.it.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a command of this machine to its end. Thread-safe. */
public final class Command {
    /** A command that takes longer hangs. */
    public static final Duration DEADLINE = Duration.ofMinutes(3);

    /**
     * What a command came to.
     *
     * @param status its exit status
     * @param output what it wrote to standard output
     * @param errors what it wrote to standard error
     */
    public record Result(int status, String output, String errors) {}

    /**
     * Runs it and expects status 0.
     *
     * @return standard output
     * @throws IOException when it ends otherwise; the message has what it printed
     */
    public static String run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Result result = attempt(environment, command);
        if (result.status() != 0) {
            throw new IOException(
                    "%s: status %d (expected: 0)%n%s%s"
                            .formatted(
                                    String.join(" ", command),
                                    result.status(),
                                    result.output(),
                                    result.errors()));
        }
        return result.output();
    }

    /** {@link #run(Map, List)} in this process's own environment. */
    public static String run(String... command) throws IOException, InterruptedException {
        return run(Map.of(), List.of(command));
    }

    /**
     * Runs it, whatever its status will be.
     *
     * @throws IOException when it cannot be started, or is not done after {@link #DEADLINE}
     */
    public static Result attempt(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        CompletableFuture<byte[]> output = drain(process.getInputStream());
        CompletableFuture<byte[]> errors = drain(process.getErrorStream());
        if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IOException(
                    "%s: still running after %d s (expected: done)"
                            .formatted(String.join(" ", command), DEADLINE.toSeconds()));
        }
        return new Result(
                process.exitValue(),
                new String(output.join(), StandardCharsets.UTF_8),
                new String(errors.join(), StandardCharsets.UTF_8));
    }

    private static CompletableFuture<byte[]> drain(InputStream stream) {
        var all = new CompletableFuture<byte[]>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (stream) {
                                all.complete(stream.readAllBytes());
                            } catch (IOException e) {
                                all.completeExceptionally(new UncheckedIOException(e));
                            }
                        });
        return all;
    }

    private Command() {}
}

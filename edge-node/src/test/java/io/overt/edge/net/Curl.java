package io.overt.edge.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real curl: somebody else's reading of the protocols. */
record Curl(int status, String output, String errors) {

    static Curl run(List<String> arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time"));
        command.add(Long.toString(Bench.PATIENCE.toSeconds()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        // What the machine is set up with must not decide where a test goes.
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        var curl = builder.start();
        var errors = CompletableFuture.supplyAsync(() -> text(curl.getErrorStream()));
        var output = text(curl.getInputStream());
        if (!curl.waitFor(2 * Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            curl.destroyForcibly();
            throw new IOException("curl does not end: " + arguments);
        }
        return new Curl(curl.exitValue(), output, errors.join());
    }

    private static String text(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

package io.overt.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The admin port of a part, on the loopback address of where the part runs. */
final class AdminPort {
    private final Asking asking;

    private AdminPort(Asking asking) {
        this.asking = asking;
    }

    /**
     * Asked with curl from where the process runs: another network namespace's loopback address
     * cannot be reached from here.
     */
    static AdminPort where(Launcher launcher, int port) {
        return new AdminPort(
                path -> {
                    Command.Result answer =
                            launcher.attempt(
                                    "curl",
                                    "-sS",
                                    "--max-time",
                                    "5",
                                    "-w",
                                    "%{http_code}",
                                    url(port, path));
                    if (answer.status() != 0) {
                        throw new ConnectException(answer.errors());
                    }
                    int body = answer.output().length() - 3;
                    return new Answer(
                            Integer.parseInt(answer.output().substring(body)),
                            answer.output().substring(0, body));
                });
    }

    /** Asked from this process. */
    static AdminPort here(int port) {
        return new AdminPort(
                path -> {
                    var connection =
                            (HttpURLConnection)
                                    URI.create(url(port, path)).toURL().openConnection();
                    connection.setConnectTimeout((int) DEADLINE.toMillis());
                    connection.setReadTimeout((int) DEADLINE.toMillis());
                    try {
                        int status = connection.getResponseCode();
                        try (var body =
                                status < 400
                                        ? connection.getInputStream()
                                        : connection.getErrorStream()) {
                            return new Answer(
                                    status,
                                    new String(body.readAllBytes(), StandardCharsets.UTF_8));
                        }
                    } finally {
                        connection.disconnect();
                    }
                });
    }

    private record Answer(int status, String body) {}

    private interface Asking {
        /**
         * Asks for a page.
         *
         * @throws ConnectException when nobody answers
         */
        Answer ask(String path) throws IOException, InterruptedException;
    }

    /** Whether the part says that it is ready. */
    boolean ready() {
        return notReady().isEmpty();
    }

    /** What the part says is missing, one line a condition; empty when it is ready. */
    String notReady() {
        try {
            Answer answer = asking.ask("/health/ready");
            return answer.status() == 200 ? "" : answer.body();
        } catch (ConnectException e) {
            return "nobody answers: " + e.getMessage();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /**
     * A metric, summed over its labels.
     *
     * @throws IOException when the part does not answer or has no such metric
     */
    double sum(String metric) throws IOException, InterruptedException {
        return sum(metric, "");
    }

    /**
     * A metric, summed over those of its labels that are not named.
     *
     * @param label as it stands there, e.g. {@code outcome="signed"}
     * @throws IOException when the part does not answer or has no such metric
     */
    double sum(String metric, String label) throws IOException, InterruptedException {
        Answer answer = asking.ask("/metrics");
        if (answer.status() != 200) {
            throw new IOException("no metrics: status " + answer.status() + ": " + answer.body());
        }
        double[] values =
                answer.body()
                        .lines()
                        .filter(
                                line ->
                                        line.startsWith(metric + "{")
                                                || line.startsWith(metric + " "))
                        .filter(line -> line.contains(label))
                        .mapToDouble(
                                line ->
                                        Double.parseDouble(
                                                line.substring(line.lastIndexOf(' ') + 1)))
                        .toArray();
        if (values.length == 0) {
            throw new IOException(metric + ": no such metric (expected: it exists from the start)");
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static String url(int port, String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private static final Duration DEADLINE = Duration.ofSeconds(5);
}

package io.overt.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The admin port of a process, asked with curl from where the process runs: another network
 * namespace's loopback address cannot be reached from here.
 *
 * @param launcher of the process
 * @param port on 127.0.0.1
 */
record AdminPort(Launcher launcher, int port) {
    /** Whether the process says that it is ready. */
    boolean ready() {
        try {
            return ask("/health/ready").status() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * A metric, summed over its labels.
     *
     * @throws IOException when the process does not answer or has no such metric
     */
    double sum(String metric) throws IOException, InterruptedException {
        Command.Result answer = ask("/metrics");
        if (answer.status() != 0) {
            throw new IOException("no metrics on port " + port + ": " + answer.errors());
        }
        double[] values =
                answer.output()
                        .lines()
                        .filter(
                                line ->
                                        line.startsWith(metric + "{")
                                                || line.startsWith(metric + " "))
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

    private Command.Result ask(String path) throws IOException, InterruptedException {
        return launcher.attempt(
                "curl", "-fsS", "--max-time", "5", "http://127.0.0.1:" + port + path);
    }
}

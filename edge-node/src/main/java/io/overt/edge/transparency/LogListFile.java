package io.overt.edge.transparency;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.transparency.KnownLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of certificate logs that is in force. Its file is looked at again and again, as those of
 * the trust anchors are: one that cannot be read is counted and logged, and the list from before
 * stays. Whoever writes the file decides whose promises count. Thread-safe; whoever opens it closes
 * it.
 */
public final class LogListFile implements Supplier<Optional<KnownLogs>>, AutoCloseable {
    private final Path file;
    private final Counter taken;
    private final Counter refused;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("log-list").factory());

    private volatile KnownLogs inForce;

    /** What the file looked like when it was last read, and at the last look. Of the watch. */
    private Stamp read;

    private Stamp seen;

    /** Enough of the file to see that it is another one, or changed. */
    private record Stamp(String key, long size, Instant modified) {}

    private LogListFile(Path file, MeterRegistry meters) throws IOException, LogListException {
        this.file = file;
        this.taken = counter(meters, "taken");
        this.refused = counter(meters, "refused");
        this.read = stamp();
        this.seen = read;
        this.inForce = read(file);
        Gauge.builder("overt.edge.transparency.logs", this, list -> list.inForce.size())
                .description("Certificate logs in the list that is in force.")
                .register(meters);
        Gauge.builder(
                        "overt.edge.transparency.list.made",
                        this,
                        list -> list.inForce.listedAt().getEpochSecond())
                .description(
                        "When the list of certificate logs was made, by its own word, as a Unix time. New logs are not in an old list, and what they promise does not count.")
                .baseUnit("seconds")
                .register(meters);
    }

    /**
     * Reads the list and goes on looking at its file.
     *
     * @param every how often. A change comes into force with the second look that finds it
     * @throws IOException if the file cannot be read
     * @throws LogListException if it is no list of logs
     */
    public static LogListFile open(Path file, Duration every, MeterRegistry meters)
            throws IOException, LogListException {
        var list = new LogListFile(file, meters);
        var _ =
                list.watch.scheduleWithFixedDelay(
                        list::look, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        return list;
    }

    /**
     * Reads a list once.
     *
     * @throws IOException if the file cannot be read
     * @throws LogListException if it is no list of logs
     */
    public static KnownLogs read(Path file) throws IOException, LogListException {
        try (var in = Files.newInputStream(file)) {
            return LogListJson.parse(in.readNBytes(LogListJson.MAX_BYTES + 1));
        }
    }

    @Override
    public Optional<KnownLogs> get() {
        return Optional.of(inForce);
    }

    private void look() {
        try {
            var now = stamp();
            if (!now.equals(read) && now.equals(seen)) {
                read = now;
                // From here on the new one counts.
                inForce = read(file);
                taken.increment();
                LOG.atInfo()
                        .addKeyValue("made", inForce.listedAt())
                        .addKeyValue("logs", inForce.size())
                        .log("list of certificate logs changed");
            }
            seen = now;
        } catch (IOException | LogListException | RuntimeException e) {
            refused.increment();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("file", file.toString())
                    .log("the list of certificate logs cannot be read; the one from before stays");
        }
    }

    private Stamp stamp() throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
                String.valueOf(attributes.fileKey()),
                attributes.size(),
                attributes.lastModifiedTime().toInstant());
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("overt.edge.transparency.list.reloads")
                .description("Changes of the file with the list of certificate logs.")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private static final Logger LOG = LoggerFactory.getLogger(LogListFile.class);
}

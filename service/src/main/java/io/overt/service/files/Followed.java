package io.overt.service.files;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What some files say, followed while they change: they are looked at again and again, and read
 * together when they differ from what was read. What cannot be read is counted and logged, and what
 * was in force before stays. Thread-safe; whoever opens it closes it.
 *
 * @param <T> what the files say; immutable, and equal where nothing has changed
 */
public final class Followed<T> implements Supplier<T>, AutoCloseable {
    private final String what;
    private final List<Path> files;
    private final Reader<T> reader;
    private final Consumer<T> changed;
    private final Counter taken;
    private final Counter refused;
    private final ScheduledExecutorService watch;

    private volatile T inForce;

    /** What the files looked like when they were last read, and at the last look. Of the watch. */
    private List<Stamp> read;

    private List<Stamp> seen;

    /** Reads the files. */
    public interface Reader<T> {
        /**
         * @throws IOException if a file cannot be read
         * @throws GeneralSecurityException if what is in it is not what it should be
         */
        T read() throws IOException, GeneralSecurityException;
    }

    /** Enough of a file to see that it is another one, or changed. */
    private record Stamp(Path file, String key, long size, Instant modified) {}

    private Followed(
            String what,
            List<Path> files,
            Reader<T> reader,
            Consumer<T> changed,
            String counter,
            MeterRegistry meters)
            throws IOException, GeneralSecurityException {
        this.what = what;
        this.files = List.copyOf(files);
        this.reader = reader;
        this.changed = changed;
        this.taken = counter(meters, counter, what, "taken");
        this.refused = counter(meters, counter, what, "refused");
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name(what.replace(' ', '-')).factory());
        this.read = stamps();
        this.seen = read;
        this.inForce = reader.read();
    }

    /**
     * Reads the files and goes on looking at them.
     *
     * @param what they say, in the plural, for the log
     * @param every how often they are looked at. A change comes into force with the second look
     *     that finds it, since a file is not always replaced in one step
     * @param changed told what has come into force, on the watching thread; not at first
     * @param counter name of the counter of changes, by {@code result}: taken or refused
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if what is in it is not what it should be
     */
    public static <T> Followed<T> open(
            String what,
            List<Path> files,
            Reader<T> reader,
            Duration every,
            Consumer<T> changed,
            String counter,
            MeterRegistry meters)
            throws IOException, GeneralSecurityException {
        var followed = new Followed<>(what, files, reader, changed, counter, meters);
        var _ =
                followed.watch.scheduleWithFixedDelay(
                        followed::look, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        return followed;
    }

    /** What is in force now. */
    @Override
    public T get() {
        return inForce;
    }

    private void look() {
        try {
            var now = stamps();
            if (!now.equals(read) && now.equals(seen)) {
                read = now;
                take(reader.read());
            }
            seen = now;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            refused.increment();
            LOG.atError()
                    .setCause(e)
                    .log("the {} changed and cannot be read; those from before stay", what);
        }
    }

    private void take(T next) {
        if (!next.equals(inForce)) {
            // From here on the new ones count.
            inForce = next;
            taken.increment();
            changed.accept(next);
        }
    }

    private List<Stamp> stamps() throws IOException {
        var stamps = new ArrayList<Stamp>();
        for (var file : files) {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            stamps.add(
                    new Stamp(
                            file,
                            String.valueOf(attributes.fileKey()),
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()));
        }
        return List.copyOf(stamps);
    }

    private static Counter counter(
            MeterRegistry meters, String counter, String what, String result) {
        return Counter.builder(counter)
                .description("Changes of the files of the " + what + ".")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Followed.class);
}

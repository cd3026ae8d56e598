package io.overt.edge.record;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.process.StartException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records as lines to a file or to standard output, on a thread of its own. When the queue
 * is full, or writing fails, records are dropped and counted: records serve traffic, not the other
 * way round. Whoever opens it closes it, which writes what is queued.
 *
 * <p>A file that is moved away is opened anew within a second, so log rotation needs no signal.
 */
public final class LineSink implements RecordSink, AutoCloseable {
    private final Target target;
    private final BlockingQueue<ConnectionRecord> queue;
    private final Counter written;
    private final Counter dropped;
    private final Counter failed;
    private final Thread writer;
    private volatile boolean closing;

    /** Confined to the writer's thread. */
    private boolean failing;

    /** Where lines go. Confined to the writer's thread after opening. */
    private interface Target {
        void write(byte[] line) throws IOException;

        void flush() throws IOException;

        void close() throws IOException;
    }

    /**
     * Appends to a file.
     *
     * @param most records that may wait
     * @throws StartException when it cannot be opened
     */
    public static LineSink toFile(Path file, int most, MeterRegistry registry)
            throws StartException {
        try {
            return new LineSink(new FileTarget(file), most, registry);
        } catch (IOException e) {
            throw new StartException("records file " + file + ": cannot be opened: " + e, e);
        }
    }

    /**
     * Writes to standard output, one line a record, whole.
     *
     * @param most records that may wait
     */
    @SuppressWarnings("resource") // Standard output is nobody's to close.
    public static LineSink toStandardOutput(int most, MeterRegistry registry) {
        return new LineSink(
                new StreamTarget(new FileOutputStream(FileDescriptor.out)), most, registry);
    }

    private LineSink(Target target, int most, MeterRegistry registry) {
        this.target = target;
        this.queue = new ArrayBlockingQueue<>(most);
        this.written = counter(registry, "written");
        this.dropped = counter(registry, "dropped");
        this.failed = counter(registry, "failed");
        this.writer = Thread.ofPlatform().daemon().name("records").start(this::run);
    }

    private static Counter counter(MeterRegistry registry, String fate) {
        return Counter.builder("overt.edge.records")
                .description("Records, by what became of them.")
                .tag("fate", fate)
                .register(registry);
    }

    @Override
    public void accept(ConnectionRecord record) {
        if (!queue.offer(record)) {
            dropped.increment();
        }
    }

    private void run() {
        while (!closing || !queue.isEmpty()) {
            try {
                var record = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (record != null) {
                    write(record);
                }
                if (queue.isEmpty()) {
                    target.flush();
                }
            } catch (InterruptedException _) {
                closing = true;
            } catch (IOException e) {
                if (!failing) {
                    LOG.atError().setCause(e).log("the records' file cannot be used");
                }
                failing = true;
            }
        }
    }

    private void write(ConnectionRecord record) {
        try {
            target.write((record.line() + "\n").getBytes(StandardCharsets.UTF_8));
            written.increment();
            failing = false;
        } catch (IOException e) {
            failed.increment();
            if (!failing) { // Once a streak: a full disk is not made emptier by a line a record.
                LOG.atError().setCause(e).log("records cannot be written and are lost");
            }
            failing = true;
        } catch (RuntimeException e) { // A defect in one record must not end all of them.
            failed.increment();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("connection", record.observations().id().text())
                    .log("a record could not be made");
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            writer.join(CLOSE_MILLIS);
            target.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("records cannot be closed");
        }
    }

    private record StreamTarget(OutputStream stream) implements Target {
        @Override
        public void write(byte[] line) throws IOException {
            stream.write(line);
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void close() throws IOException {
            stream.flush();
        }
    }

    private static final class FileTarget implements Target {
        private final Path file;
        private OutputStream stream;
        private @Nullable Object key;

        FileTarget(Path file) throws IOException {
            this.file = file;
            this.stream = open(file);
            this.key = key(file);
        }

        private static OutputStream open(Path file) throws IOException {
            return Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        private static @Nullable Object key(Path file) throws IOException {
            return Files.exists(file)
                    ? Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                            .fileKey()
                    : null;
        }

        @Override
        public void write(byte[] line) throws IOException {
            stream.write(line);
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
            var now = key(file);
            if (now == null || !now.equals(key)) {
                stream.close();
                stream = open(file);
                key = key(file);
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(LineSink.class);
    private static final long POLL_MILLIS = 200;
    private static final long CLOSE_MILLIS = 5_000;
}

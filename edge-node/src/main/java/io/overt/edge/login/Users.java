package io.overt.edge.login;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.Hashes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of users that is read again when it changes. One that cannot be used any more changes
 * nothing, is logged once and counted. Thread-safe; whoever makes it closes it.
 */
final class Users implements AutoCloseable {
    private final Path file;
    private final Duration interval;
    private final Counter taken;
    private final Counter refused;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread watcher;
    private volatile UserFile current;
    private String read;

    /**
     * @throws UserFileException when it cannot be used as it is now
     */
    Users(Path file, Duration interval, MeterRegistry meters) throws UserFileException {
        this.file = file;
        this.interval = interval;
        this.taken = reloads(meters, "taken");
        this.refused = reloads(meters, "refused");
        this.read = fingerprint();
        this.current = UserFile.read(file);
        // Polling, as for certificates: files are replaced through symbolic links and on file
        // systems that tell nobody.
        this.watcher = Thread.ofVirtual().name("users-watch").start(this::watch);
    }

    UserFile now() {
        return current;
    }

    private void watch() {
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        var seen = fingerprint();
        if (seen.equals(read)) {
            return;
        }
        read = seen;
        try {
            current = UserFile.read(file);
            taken.increment();
            LOG.atInfo()
                    .addKeyValue("file", file.toString())
                    .addKeyValue("users", current.size())
                    .log("users read again");
        } catch (UserFileException e) {
            refused.increment();
            LOG.atError()
                    .addKeyValue("file", file.toString())
                    .addKeyValue("problems", String.valueOf(e.getMessage()))
                    .log("users cannot be read; those from before still hold");
        }
    }

    /** Of the content: a copy may keep its length and time. */
    private String fingerprint() {
        try {
            return HexFormat.of().formatHex(Hashes.sha256(Files.readAllBytes(file)));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    private static Counter reloads(MeterRegistry meters, String result) {
        return Counter.builder("overt.edge.users.reloads")
                .description("Changes of the files of users, by what became of them.")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void close() {
        closed.countDown();
        watcher.interrupt();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
}

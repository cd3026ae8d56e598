package io.overt.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what other control planes say by NOTIFY, on a connection and a virtual thread of its own.
 * While it has no connection nothing is heard; each connection begins with telling everybody to
 * look, so that what was said in between is seen.
 */
final class PostgresNews implements AutoCloseable {
    private final PostgresServer server;
    private final Watches watches;
    private final Duration interval;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Written by the listening thread. */
    private volatile Optional<Connection> listening = Optional.empty();

    PostgresNews(PostgresServer server, Watches watches, Duration interval) {
        this.server = server;
        this.watches = watches;
        this.interval = interval;
    }

    void start() {
        Thread.ofVirtual().name("store-news").start(this::run);
    }

    /** Whether news comes by itself now. */
    boolean isListening() {
        return listening.isPresent();
    }

    /**
     * Ends the thread. The connection is broken off: closing it in good order would wait for what
     * the thread waits for.
     */
    @Override
    public void close() throws SQLException {
        closing.countDown();
        var open = listening;
        if (open.isPresent()) {
            open.get().abort(Runnable::run);
        }
    }

    private void run() {
        try {
            do {
                listen();
            } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
            listening = Optional.of(connection);
            watches.tellAll();
            var notifications = connection.unwrap(PGConnection.class);
            while (closing.getCount() > 0) {
                var news = notifications.getNotifications(Math.toIntExact(interval.toMillis()));
                if (news == null || news.length == 0) {
                    // A server whose host vanished says nothing either.
                    statement.execute("SELECT 1");
                } else {
                    for (var each : news) {
                        watches.tell(each.getParameter());
                    }
                }
            }
        } catch (SQLException e) {
            if (closing.getCount() > 0) {
                LOG.atWarn()
                        .setCause(e)
                        .log("news of other control planes does not come, and is looked for");
            }
        } finally {
            listening = Optional.empty();
        }
    }

    /** Of each database its own. */
    static final String CHANNEL = "overt";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresNews.class);
}

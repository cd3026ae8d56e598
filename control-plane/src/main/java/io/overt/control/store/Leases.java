package io.overt.control.store;

import io.overt.control.store.Lease.Held;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of leases. */
final class Leases {

    /**
     * Whoever held it keeps its number; who takes it from another, after its time, gets the next.
     */
    static Optional<Held> take(Database database, String name, String holder, Duration term) {
        return database.transact(
                handle ->
                        handle.createQuery(
                                        "INSERT INTO lease (name, holder, number, expires) VALUES (:name, :holder, 1, "
                                                + database.dialect().now()
                                                + " + :term) ON CONFLICT (name) DO UPDATE SET number = lease.number + CASE WHEN"
                                                + " lease.holder = :holder THEN 0 ELSE 1 END, holder = :holder, expires = "
                                                + database.dialect().now()
                                                + " + :term WHERE lease.holder = :holder OR lease.expires <= "
                                                + left(database)
                                                + " RETURNING number")
                                .bind("name", name)
                                .bind("holder", holder)
                                .bind("term", term.toMillis())
                                .mapTo(Long.class)
                                .findOne()
                                .map(number -> new Held(name, holder, number)));
    }

    static void release(Database database, Held held) {
        database.transact(
                handle -> {
                    if (isHeld(handle, held)) {
                        handle.createUpdate("UPDATE lease SET expires = 0 WHERE name = :name")
                                .bind("name", held.name())
                                .execute();
                    }
                    return held;
                });
    }

    /**
     * In a transaction that is alone, so that it stays true to its end. That the term has passed
     * does no harm while nobody else has begun.
     */
    static boolean isHeld(Handle handle, Held held) {
        return handle.createQuery(
                                "SELECT count(*) FROM lease WHERE name = :name AND holder = :holder AND number = :number")
                        .bind("name", held.name())
                        .bind("holder", held.holder())
                        .bind("number", held.number())
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /**
     * Until when a lease of somebody else counts. Whoever has the SQLite file is alone: the one in
     * the row is dead.
     */
    private static String left(Database database) {
        return switch (database.dialect()) {
            case SQLITE -> "lease.expires";
            case POSTGRESQL -> database.dialect().now();
        };
    }

    private Leases() {}
}

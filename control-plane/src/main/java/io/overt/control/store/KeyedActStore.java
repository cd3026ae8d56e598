package io.overt.control.store;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Acts that came with an idempotency key, and their answers, for all control planes that share a
 * database. Each method is one transaction and blocks. Thread-safe.
 */
public final class KeyedActStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public KeyedActStore(Database database) {
        this.database = database;
    }

    /**
     * An act as its caller names it.
     *
     * @param caller stable name of who calls: keys of one say nothing to another
     * @param key as the caller chose it
     * @param method full name of what is called
     * @param request SHA-256 of what it is called with
     */
    public record Act(String caller, String key, String method, ByteString request) {}

    /** What is known of an act. */
    public sealed interface Claim {
        /** Nothing: it is this caller's to do, and to {@link #done} or {@link #undone}. */
        record Fresh() implements Claim {}

        /** It was done. */
        record Done(ByteString answer) implements Claim {}

        /** It is being done, here or by another control plane. */
        record UnderWay() implements Claim {}

        /** The key names another act. */
        record Other() implements Claim {}
    }

    /**
     * Claims an act, if nobody has.
     *
     * @param patience for how long it may be under way; a control plane that died in the middle
     *     holds it no longer
     */
    public Claim claim(Act act, Instant now, Duration patience) {
        return database.transact(
                handle -> {
                    handle.createUpdate("DELETE FROM keyed_act WHERE until <= :now")
                            .bind("now", now.toEpochMilli())
                            .execute();
                    return known(handle, act)
                            .orElseGet(
                                    () -> {
                                        insert(handle, act, now.plus(patience));
                                        return new Claim.Fresh();
                                    });
                });
    }

    private static Optional<Claim> known(Handle handle, Act act) {
        return handle.createQuery(
                        "SELECT method, request, answer FROM keyed_act WHERE caller = :caller AND key = :key")
                .bind("caller", act.caller())
                .bind("key", act.key())
                .map(
                        (row, _) -> {
                            if (!row.getString("method").equals(act.method())
                                    || !ByteString.copyFrom(row.getBytes("request"))
                                            .equals(act.request())) {
                                return (Claim) new Claim.Other();
                            }
                            var answer = row.getBytes("answer");
                            return answer == null
                                    ? new Claim.UnderWay()
                                    : new Claim.Done(ByteString.copyFrom(answer));
                        })
                .findOne();
    }

    private static void insert(Handle handle, Act act, Instant until) {
        handle.createUpdate(
                        "INSERT INTO keyed_act (caller, key, method, request, until) VALUES (:caller, :key, :method, :request, :until)")
                .bind("caller", act.caller())
                .bind("key", act.key())
                .bind("method", act.method())
                .bind("request", act.request().toByteArray())
                .bind("until", until.toEpochMilli())
                .execute();
    }

    /** It was done, and this is the answer that whoever repeats it gets until then. */
    public void done(Act act, ByteString answer, Instant until) {
        database.transact(
                handle ->
                        handle.createUpdate(
                                        "UPDATE keyed_act SET answer = :answer, until = :until WHERE caller = :caller AND key = :key"
                                                + " AND answer IS NULL")
                                .bind("answer", answer.toByteArray())
                                .bind("until", until.toEpochMilli())
                                .bind("caller", act.caller())
                                .bind("key", act.key())
                                .execute());
    }

    /** It was refused, or failed: nothing was done, and it may be tried again. */
    public void undone(Act act) {
        database.transact(
                handle ->
                        handle.createUpdate(
                                        "DELETE FROM keyed_act WHERE caller = :caller AND key = :key AND answer IS NULL")
                                .bind("caller", act.caller())
                                .bind("key", act.key())
                                .execute());
    }
}

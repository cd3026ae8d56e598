package io.overt.control.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.control.v1.RolloutEvent;
import io.overt.proto.control.v1.RolloutPlan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Rollouts and what happened to them, kept forever. Each method is one transaction and blocks; what
 * has returned is on the disk. Thread-safe, and safe for several control planes on one store: a
 * number is given once, and whoever comes second is told so.
 */
public final class RolloutStore {
    private final Database database;

    /** How far a rollout has come: changes with each event. */
    public record Mark(long rollout, long events) {}

    /** A rollout with all that happened to it, in order. */
    public record Kept(RolloutRow rollout, List<RolloutEventRow> events) {
        public Kept {
            events = List.copyOf(events);
        }
    }

    /** Uses the database; does not close it. */
    public RolloutStore(Database database) {
        this.database = database;
    }

    /** What was in force everywhere before there were rollouts; 0 when nothing was. */
    public long firstBase() {
        return database.read(
                handle ->
                        handle.createQuery("SELECT coalesce(max(version), 0) FROM rollout_base")
                                .mapTo(Long.class)
                                .one());
    }

    /** How far the newest has come. */
    public Optional<Mark> newest() {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT id, (SELECT count(*) FROM rollout_event WHERE rollout = id) AS events"
                                                + " FROM rollout ORDER BY id DESC LIMIT 1")
                                .map((row, _) -> new Mark(row.getLong("id"), row.getLong("events")))
                                .findFirst());
    }

    /** One, whole. */
    public Optional<Kept> find(long id) {
        return database.read(handle -> find(handle, id));
    }

    /** The newest first. */
    public List<Kept> list(long below, int limit) {
        return database.read(
                handle ->
                        handle
                                .createQuery(
                                        "SELECT id FROM rollout WHERE id < :below ORDER BY id DESC LIMIT :limit")
                                .bind("below", below)
                                .bind("limit", limit)
                                .mapTo(Long.class)
                                .list()
                                .stream()
                                .flatMap(id -> find(handle, id).stream())
                                .toList());
    }

    /**
     * Adds a rollout, and what that is to the one before it, together.
     *
     * @return false when somebody else was faster: nothing has changed
     */
    public boolean begin(RolloutRow rollout, Optional<RolloutEventRow> overtaken) {
        return database.transact(
                handle -> {
                    if (overtaken.isPresent() && !insert(handle, overtaken.get())) {
                        return false;
                    }
                    boolean begun = insert(handle, rollout);
                    if (!begun) {
                        handle.rollback();
                    }
                    return begun;
                });
    }

    /**
     * Adds an event.
     *
     * @return false when its number is taken: somebody else was faster, and nothing has changed
     */
    public boolean append(RolloutEventRow event) {
        return database.transact(handle -> insert(handle, event));
    }

    private static boolean insert(Handle handle, RolloutRow row) {
        return handle.createUpdate(
                                "INSERT INTO rollout VALUES (:id, :version, :asked, :policy, :base, :plan, :needed,"
                                        + " :approved, :frozen, :started, :by, :reason) ON CONFLICT DO NOTHING")
                        .bind("id", row.id())
                        .bind("version", row.version())
                        .bind("asked", row.askedVersion())
                        .bind("policy", row.policy())
                        .bind("base", row.base())
                        .bind("plan", row.plan().toByteArray())
                        .bind("needed", row.needed())
                        .bind("approved", row.approved())
                        .bind("frozen", row.frozenUntil().map(Instant::toEpochMilli).orElse(0L))
                        .bind("started", row.started().toEpochMilli())
                        .bind("by", row.startedBy())
                        .bind("reason", row.reason())
                        .execute()
                == 1;
    }

    private static boolean insert(Handle handle, RolloutEventRow row) {
        long before =
                handle.createQuery("SELECT count(*) FROM rollout_event WHERE rollout = :rollout")
                        .bind("rollout", row.rollout())
                        .mapTo(Long.class)
                        .one();
        return before == row.number() - 1
                && handle.createUpdate(
                                        "INSERT INTO rollout_event VALUES (:rollout, :number, :at, :actor, :from, :to,"
                                                + " :wave, :reason, :event) ON CONFLICT DO NOTHING")
                                .bind("rollout", row.rollout())
                                .bind("number", row.number())
                                .bind("at", row.at().toEpochMilli())
                                .bind("actor", row.actor())
                                .bind("from", row.from())
                                .bind("to", row.to())
                                .bind("wave", row.wave())
                                .bind("reason", row.reason())
                                .bind("event", row.event().toByteArray())
                                .execute()
                        == 1;
    }

    private static Optional<Kept> find(Handle handle, long id) {
        return handle.createQuery("SELECT * FROM rollout WHERE id = :id")
                .bind("id", id)
                .map((row, _) -> rollout(row))
                .findOne()
                .map(
                        rollout ->
                                new Kept(
                                        rollout,
                                        handle.createQuery(
                                                        "SELECT * FROM rollout_event WHERE rollout = :id ORDER BY number")
                                                .bind("id", id)
                                                .map((row, _) -> event(row))
                                                .list()));
    }

    private static RolloutRow rollout(ResultSet row) throws SQLException {
        long frozen = row.getLong("frozen_until");
        try {
            return new RolloutRow(
                    row.getLong("id"),
                    row.getLong("version"),
                    row.getLong("asked_version"),
                    row.getString("policy"),
                    row.getLong("base"),
                    RolloutPlan.parseFrom(row.getBytes("plan")),
                    row.getInt("needed"),
                    row.getInt("approved"),
                    frozen == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(frozen)),
                    Instant.ofEpochMilli(row.getLong("started")),
                    row.getString("started_by"),
                    row.getString("reason"));
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("table rollout: " + e.getMessage(), e);
        }
    }

    private static RolloutEventRow event(ResultSet row) throws SQLException {
        try {
            return new RolloutEventRow(
                    row.getLong("rollout"),
                    row.getLong("number"),
                    Instant.ofEpochMilli(row.getLong("at")),
                    row.getString("actor"),
                    row.getString("phase_from"),
                    row.getString("phase_to"),
                    row.getInt("wave"),
                    row.getString("reason"),
                    RolloutEvent.parseFrom(row.getBytes("event")));
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("table rollout_event: " + e.getMessage(), e);
        }
    }
}

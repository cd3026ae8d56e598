package io.overt.control.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Emergency orders, kept forever. Each method is one transaction and blocks. Thread-safe. */
public final class EmergencyStore {
    private final Database database;

    /** What was ordered, and the same as it was signed. */
    public record Kept(EmergencyOrder order, SignedEmergency signed) {}

    /** Uses the database; does not close it. */
    public EmergencyStore(Database database) {
        this.database = database;
    }

    /** The highest number; 0 when there is none. */
    public long highest() {
        return database.read(
                handle ->
                        handle.createQuery("SELECT coalesce(max(number), 0) FROM emergency_order")
                                .mapTo(Long.class)
                                .one());
    }

    /**
     * The newest first.
     *
     * @param site empty for all
     */
    public List<Kept> list(String site, int limit) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM emergency_order WHERE :site = '' OR site = :site ORDER BY number DESC"
                                                + " LIMIT :limit")
                                .bind("site", site)
                                .bind("limit", limit)
                                .map((row, _) -> kept(row))
                                .list());
    }

    /**
     * Keeps an order.
     *
     * @return false when its number is taken: somebody else was faster
     */
    public boolean add(Kept emergency) {
        return database.transact(
                handle ->
                        handle.createUpdate(
                                                "INSERT INTO emergency_order VALUES (:number, :site, :order, :signature, :key)"
                                                        + " ON CONFLICT DO NOTHING")
                                        .bind("number", emergency.order().getNumber())
                                        .bind("site", emergency.order().getSite())
                                        .bind("order", emergency.signed().getOrder().toByteArray())
                                        .bind(
                                                "signature",
                                                emergency.signed().getSignature().toByteArray())
                                        .bind("key", emergency.signed().getKeyId().toByteArray())
                                        .execute()
                                == 1);
    }

    private static Kept kept(ResultSet row) throws SQLException {
        try {
            var order = ByteString.copyFrom(row.getBytes("ordered"));
            return new Kept(
                    EmergencyOrder.parseFrom(order),
                    SignedEmergency.newBuilder()
                            .setOrder(order)
                            .setSignature(ByteString.copyFrom(row.getBytes("signature")))
                            .setKeyId(ByteString.copyFrom(row.getBytes("key_id")))
                            .build());
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("table emergency_order: " + e.getMessage(), e);
        }
    }
}

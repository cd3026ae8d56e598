package io.overt.control.store;

import io.overt.proto.control.v1.EdgeAbility;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What each edge is. Each method is one transaction and blocks. Thread-safe. */
public final class EdgeTraitStore {
    private final Database database;

    private record Row(FleetIdentity edge, EdgeTraits traits) {}

    /** Uses the database; does not close it. */
    public EdgeTraitStore(Database database) {
        this.database = database;
    }

    /** Of every edge that was ever heard of. */
    public Map<FleetIdentity, EdgeTraits> all() {
        var all = new HashMap<FleetIdentity, EdgeTraits>();
        database.read(
                        handle ->
                                handle.createQuery("SELECT * FROM edge_trait")
                                        .map((row, _) -> row(row))
                                        .list())
                .forEach(row -> all.put(row.edge(), row.traits()));
        return all;
    }

    /** Replaces what was known of this edge. */
    public void put(FleetIdentity edge, EdgeTraits traits) {
        database.transactApart(
                handle ->
                        handle.createUpdate(
                                        "INSERT INTO edge_trait VALUES (:identity, :labels, :abilities, :connected) ON"
                                                + " CONFLICT (identity) DO UPDATE SET labels = :labels, abilities ="
                                                + " :abilities, connected = :connected")
                                .bind("identity", edge.uri())
                                .bind(
                                        "labels",
                                        traits.labels().stream()
                                                .sorted()
                                                .collect(Collectors.joining("\n")))
                                .bind(
                                        "abilities",
                                        traits.abilities().stream()
                                                .map(EdgeAbility::getNumber)
                                                .sorted()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining("\n")))
                                .bind("connected", traits.link() == EdgeTraits.Link.OPEN ? 1 : 0)
                                .execute());
    }

    private static Row row(ResultSet row) throws SQLException {
        try {
            return new Row(
                    FleetIdentity.parse(row.getString("identity")),
                    new EdgeTraits(
                            lines(row.getString("labels")),
                            lines(row.getString("abilities")).stream()
                                    .map(number -> EdgeAbility.forNumber(Integer.parseInt(number)))
                                    .filter(Objects::nonNull)
                                    .collect(Collectors.toUnmodifiableSet()),
                            row.getInt("connected") == 1
                                    ? EdgeTraits.Link.OPEN
                                    : EdgeTraits.Link.CLOSED));
        } catch (MalformedIdentityException | NumberFormatException e) {
            throw new SQLException("table edge_trait: " + e.getMessage(), e);
        }
    }

    private static Set<String> lines(String text) {
        return text.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(text.split("\n")));
    }
}

package io.overt.control.store;

import io.overt.service.config.ConfigNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where the control plane remembers; as text, in messages to operators, without secrets. */
public sealed interface StoreConfig {

    /** Between two looks for what others have written, where nobody has told of it. */
    Duration poll();

    /** How long the other control planes wait after one that died. */
    Duration lease();

    /** One SQLite file, of one control plane. */
    record InFile(Path file) implements StoreConfig {
        @Override
        public Duration poll() {
            return DEFAULT_POLL;
        }

        @Override
        public Duration lease() {
            return DEFAULT_LEASE;
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /**
     * A PostgreSQL database, of one or more control planes.
     *
     * @param place servers and database
     * @param user who owns it
     * @param password a file, read at each connection; absent where the server asks for none
     * @param tls how connections are protected
     * @param connections at most so many at a time
     * @param deadline for a connection, and for each statement
     * @param poll see {@link StoreConfig#poll()}
     * @param lease see {@link StoreConfig#lease()}
     */
    record InPostgres(
            Place place,
            String user,
            Optional<Path> password,
            Tls tls,
            int connections,
            Duration deadline,
            Duration poll,
            Duration lease)
            implements StoreConfig {

        @Override
        public String toString() {
            return place.toString();
        }
    }

    /**
     * A database, and the servers where it may be: the one that can be written to is used.
     *
     * @param servers at least one
     */
    record Place(List<Server> servers, String database) {
        public Place {
            servers = List.copyOf(servers);
            if (servers.isEmpty() || database.isEmpty()) {
                throw new IllegalArgumentException(EXPECTED);
            }
        }

        /**
         * @throws IllegalArgumentException whose message says what was expected
         */
        static Place parse(String url) {
            var rest = after(PREFIX, url);
            int slash = rest.indexOf('/');
            var database = slash < 0 ? "" : rest.substring(slash + 1);
            if (!database.matches("[A-Za-z0-9_.-]+")) {
                throw new IllegalArgumentException(EXPECTED);
            }
            var servers = new ArrayList<Server>();
            for (var each : rest.substring(0, slash).split(",", -1)) {
                servers.add(Server.parse(each));
            }
            return new Place(servers, database);
        }

        private static String after(String prefix, String url) {
            if (!url.startsWith(prefix)) {
                throw new IllegalArgumentException(EXPECTED);
            }
            return url.substring(prefix.length());
        }

        @Override
        public String toString() {
            return servers.stream()
                    .map(Server::toString)
                    .collect(Collectors.joining(",", PREFIX, "/" + database));
        }

        private static final String PREFIX = "postgresql://";
        private static final String EXPECTED =
                "postgresql://HOST:PORT[,HOST:PORT…]/DATABASE; user and password have keys of their own";
    }

    /**
     * One server.
     *
     * @param host name or address, an IPv6 address in brackets
     */
    record Server(String host, int port) {
        static Server parse(String text) {
            try {
                var parsed = new URI("x://" + text);
                if (parsed.getHost() == null
                        || parsed.getUserInfo() != null
                        || !parsed.getRawPath().isEmpty()) {
                    throw new IllegalArgumentException(Place.EXPECTED);
                }
                return new Server(parsed.getHost(), parsed.getPort() < 0 ? 5432 : parsed.getPort());
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(Place.EXPECTED, e);
            }
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** How a connection to PostgreSQL is protected. */
    sealed interface Tls {
        /** In the clear: on one host. */
        record Off() implements Tls {}

        /** TLS, the server's certificate verified for its host name. */
        record Verified(Path trustAnchors) implements Tls {}
    }

    /** Whether connections are protected, as it is written. */
    enum TlsMode {
        VERIFY,
        OFF
    }

    /** Reads every key of the section {@code store}. */
    static StoreConfig read(ConfigNode section) {
        var postgres = section.optionalSection("postgresql");
        if (postgres.isEmpty()) {
            return new InFile(section.path("file", "state/control.db"));
        }
        if (section.has("file")) {
            section.problem(
                    "file",
                    "beside store.postgresql (expected: one of the two, the state is in one place)");
        }
        return postgres(postgres.get());
    }

    private static InPostgres postgres(ConfigNode section) {
        var place =
                section.required(
                        "url", new Place(List.of(new Server("?", 5432)), "?"), Place::parse);
        var anchors = section.optionalPath("trust-anchors");
        var mode = section.choice("tls", TlsMode.class, TlsMode.VERIFY);
        return new InPostgres(
                place,
                section.text("user", "overt"),
                section.optionalPath("password-file"),
                switch (mode) {
                    case OFF -> {
                        if (anchors.isPresent()) {
                            section.problem(
                                    "trust-anchors", "beside tls: off (expected: one of the two)");
                        }
                        yield new Tls.Off();
                    }
                    case VERIFY -> {
                        if (anchors.isEmpty()) {
                            section.problem(
                                    "trust-anchors",
                                    "missing (expected: the CA of the server's certificate, PEM; or tls: off where the"
                                            + " connection does not leave this host)");
                        }
                        yield new Tls.Verified(anchors.orElse(Path.of("?")));
                    }
                },
                section.integer("connections", 8, 2, 100),
                section.duration(
                        "deadline",
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5)),
                section.duration(
                        "poll", DEFAULT_POLL, Duration.ofMillis(100), Duration.ofMinutes(5)),
                section.duration(
                        "lease", DEFAULT_LEASE, Duration.ofSeconds(1), Duration.ofMinutes(5)));
    }

    /** Seldom needed, and a statement that costs nothing. */
    Duration DEFAULT_POLL = Duration.ofSeconds(5);

    /** Longer than a pause of garbage collection or of a virtual machine that moves. */
    Duration DEFAULT_LEASE = Duration.ofSeconds(10);
}

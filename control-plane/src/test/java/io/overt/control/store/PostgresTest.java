package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.store.StoreConfig.InPostgres;
import io.overt.control.store.StoreConfig.Place;
import io.overt.control.store.StoreConfig.Server;
import io.overt.control.store.StoreConfig.Tls;
import io.overt.service.process.StartException;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.postgres.TestPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is true of PostgreSQL alone. */
class PostgresTest {
    @TempDir Path folder;
    private TestStore store;
    private InPostgres config;

    @BeforeEach
    void make() throws Exception {
        store = TestStores.POSTGRESQL.make();
        config = (InPostgres) store.config();
    }

    @AfterEach
    void remove() throws Exception {
        store.remove();
    }

    @Test
    void a_wrong_password_is_told_as_such() throws Exception {
        var wrong = Files.writeString(folder.resolve("password"), "wrong");
        assertRefused(
                with(config.place(), config.user(), Optional.of(wrong)),
                config.place() + ": does not let in user " + config.user() + ": ");
    }

    @Test
    void a_password_file_that_is_not_there_is_told_as_such() {
        var missing = folder.resolve("missing");
        assertRefused(
                with(config.place(), config.user(), Optional.of(missing)),
                config.place()
                        + ": does not let in user "
                        + config.user()
                        + ": password-file: "
                        + missing
                        + " cannot be read: ");
    }

    @Test
    void a_server_that_does_not_answer_is_told_as_such() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        var place = new Place(List.of(new Server("127.0.0.1", port)), "overt");
        assertRefused(
                with(place, config.user(), config.password()),
                "postgresql://127.0.0.1:" + port + "/overt: cannot be reached: ");
    }

    @Test
    void a_database_that_is_not_there_is_told_as_such() {
        var place = new Place(config.place().servers(), "nowhere");
        assertRefused(
                with(place, config.user(), config.password()), place + ": has no such database: ");
    }

    @Test
    void a_user_who_may_make_no_tables_is_told_as_such() {
        var other = TestPostgres.shared().newDatabase();
        assertRefused(
                with(config.place(), other.name(), config.password()),
                config.place() + ": does not let user " + other.name() + " make tables: ");
        TestPostgres.shared().drop(other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    130022 | 13.22 | UTF8 | PostgreSQL 13.22 (expected: 14 or later)
                    90624 | 9.6.24 | UTF8 | PostgreSQL 9.6.24 (expected: 14 or later)
                    150018 | 15.18 | SQL_ASCII | the database's encoding is SQL_ASCII (expected: UTF8)
                    140000 | 14.0 | UTF8 |
                    180003 | 18.3 | UTF8 |
                    """)
    void a_server_that_is_too_old_or_keeps_no_text_is_refused(
            int number, String version, String encoding, String why) {
        assertThat(PostgresServer.unfit(number, version, encoding))
                .isEqualTo(Optional.ofNullable(why));
    }

    @Test
    void the_first_of_several_servers_that_answers_is_taken() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        var place =
                new Place(
                        List.of(new Server("127.0.0.1", port), config.place().servers().getFirst()),
                        config.place().database());
        try (var database = Database.open(with(place, config.user(), config.password()))) {
            assertThat(new PolicyStore(database).tip()).isEmpty();
        }
    }

    @Test
    void a_server_without_tls_is_no_server_where_tls_is_asked_for() throws Exception {
        var anchors = TestPki.fleet(folder, "hq").issue("control", "db").trustAnchors();
        assertRefused(
                new InPostgres(
                        config.place(),
                        config.user(),
                        config.password(),
                        new Tls.Verified(anchors),
                        2,
                        Duration.ofSeconds(10),
                        config.poll(),
                        config.lease()),
                config.place() + ": cannot be reached: The server does not support SSL");
    }

    @Test
    void two_that_start_at_once_make_the_tables_once() throws Exception {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var opened =
                    List.of(1, 2, 3).stream()
                            .map(
                                    _ ->
                                            threads.submit(
                                                    () -> {
                                                        start.await();
                                                        return store.open();
                                                    }))
                            .toList();
            start.countDown();
            for (var each : opened) {
                each.get().close();
            }
        }
    }

    @Test
    void two_that_publish_at_once_never_give_one_number_twice() throws Exception {
        try (var here = store.open();
                var there = store.open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var publications =
                    LongStream.range(0, 40)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            new PolicyStore(
                                                                            i % 2 == 0
                                                                                    ? here
                                                                                    : there)
                                                                    .append(
                                                                            (_, least) ->
                                                                                    Optional.of(
                                                                                            DatabaseTest
                                                                                                    .version(
                                                                                                            least,
                                                                                                            "content "
                                                                                                                    + i)))
                                                                    .orElseThrow()
                                                                    .version()))
                            .toList();
            var numbers = new java.util.TreeSet<Long>();
            for (var each : publications) {
                numbers.add(each.get());
            }
            assertThat(numbers)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, 40).boxed().toList());
        }
    }

    @Test
    void one_that_is_paused_in_its_turn_loses_it_and_what_it_wrote() throws Exception {
        var impatient =
                new InPostgres(
                        config.place(),
                        config.user(),
                        config.password(),
                        config.tls(),
                        2,
                        Duration.ofSeconds(1),
                        config.poll(),
                        config.lease());
        var inside = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var paused = Database.open(impatient);
                var other = store.open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var sleeping =
                    threads.submit(
                            () ->
                                    new PolicyStore(paused)
                                            .append(
                                                    (_, _) -> {
                                                        inside.countDown();
                                                        try {
                                                            goOn.await();
                                                        } catch (InterruptedException e) {
                                                            throw new IllegalStateException(e);
                                                        }
                                                        return Optional.of(
                                                                DatabaseTest.version(1, "paused"));
                                                    }));
            inside.await();
            // Waits for the turn, and gets it when the server ends the one that sleeps.
            new PolicyStore(other).add(DatabaseTest.version(1, "other"));
            goOn.countDown();

            assertThatThrownBy(sleeping::get).hasRootCauseInstanceOf(java.sql.SQLException.class);
            assertThat(
                            new PolicyStore(other)
                                    .newest()
                                    .orElseThrow()
                                    .bundle()
                                    .getFiles(0)
                                    .getContent()
                                    .toStringUtf8())
                    .isEqualTo("other");
        }
    }

    @Test
    void a_password_that_is_changed_while_it_runs_is_read_anew() throws Exception {
        var password = config.password().orElseThrow();
        try (var database = Database.open(config)) {
            TestPostgres.shared().execute("ALTER ROLE " + config.user() + " PASSWORD 'another'");
            Files.writeString(password, "another\n");
            TestPostgres.shared()
                    .execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                                    + config.place().database()
                                    + "'");

            org.awaitility.Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> new PolicyStore(database).tip().isEmpty());
        }
    }

    private InPostgres with(Place place, String user, Optional<Path> password) {
        return new InPostgres(
                place,
                user,
                password,
                new Tls.Off(),
                2,
                Duration.ofSeconds(10),
                config.poll(),
                config.lease());
    }

    private static void assertRefused(InPostgres config, String message) {
        assertThatThrownBy(() -> Database.open(config))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(message);
    }
}

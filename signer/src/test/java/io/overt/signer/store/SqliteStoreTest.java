package io.overt.signer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex.Intent;
import io.overt.signer.issue.TbsDigest;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.CertificateFingerprint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {

    private static final CertificateFingerprint ISSUER =
            CertificateFingerprint.of(TestPki.create().anchor());
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir Path directory;
    private SqliteStore store;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void the_first_certificate_of_a_digest_stays() throws Exception {
        TbsDigest digest = digest(1);
        assertThat(store.find(digest)).isEmpty();
        assertThat(store.intend(intent(digest))).isEmpty();

        assertThat(store.store(digest, new byte[] {1}, AT)).containsExactly(1);
        assertThat(store.store(digest, new byte[] {2}, AT)).containsExactly(1);

        assertThat(store.find(digest).orElseThrow()).containsExactly(1);
        assertThat(store.intend(intent(digest)).orElseThrow()).containsExactly(1);
    }

    @Test
    void racing_certificates_of_one_digest_all_get_the_same_answer() throws Exception {
        TbsDigest digest = digest(1);
        store.intend(intent(digest));
        Set<Byte> answers = new HashSet<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> stored = new ArrayList<>();
            for (byte i = 0; i < 64; i++) {
                byte[] certificate = {i};
                stored.add(callers.submit(() -> store.store(digest, certificate, AT)));
            }
            for (Future<byte[]> each : stored) {
                answers.add(each.get()[0]);
            }
        }
        assertThat(answers).hasSize(1);
    }

    @Test
    void what_was_stored_is_there_after_a_restart() throws Exception {
        store.intend(intent(digest(1)));
        store.store(digest(1), new byte[] {7}, AT);
        store.intend(intent(digest(2)));
        store.close();

        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));

        assertThat(store.find(digest(1)).orElseThrow()).containsExactly(7);
        assertThat(store.openIntents()).isEqualTo(1);
    }

    @Test
    void a_second_signer_on_the_same_file_does_not_start() {
        assertThatThrownBy(
                        () ->
                                SqliteStore.open(
                                        directory.resolve("signer.db"), Duration.ofSeconds(60)))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void a_file_that_cannot_be_written_is_an_outage_and_nothing_else() throws Exception {
        store.close();
        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(2));
        try (Connection other =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("signer.db"));
                Statement statement = other.createStatement()) {
            statement.execute("begin exclusive");

            assertThatThrownBy(() -> store.intend(intent(digest(1))))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("signer.db");

            statement.execute("rollback");
        }
        assertThat(store.intend(intent(digest(1)))).as("it comes back by itself").isEmpty();
        assertThat(store.store(digest(1), new byte[] {1}, AT)).containsExactly(1);
    }

    @Test
    void a_file_that_is_no_database_is_said() throws Exception {
        Path file = directory.resolve("other.db");
        Files.writeString(file, "no database, and long enough to be one. ".repeat(99));

        assertThatThrownBy(() -> SqliteStore.open(file, Duration.ofSeconds(60)))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("other.db")
                .hasMessageContaining("not a database");
    }

    private static Intent intent(TbsDigest digest) {
        return new Intent(digest, ISSUER, "www.origin.example", "overt://berlin/edge/e1", AT);
    }

    private static TbsDigest digest(int number) {
        return TbsDigest.of(("tbs " + number).getBytes(StandardCharsets.UTF_8));
    }
}

package io.overt.signer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex.Intended.Before;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.log.Ledger.IntentRow;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.CertificateFingerprint;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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

    private static final byte[] ENTRY = {42};

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
        assertThat(store.intend(intent(digest), ENTRY)).isEqualTo(new Noted(0));

        assertThat(keep(digest, 1)).containsExactly(1);
        assertThat(keep(digest, 2)).containsExactly(1);

        assertThat(store.find(digest).orElseThrow().certificate()).containsExactly(1);
        assertThat(store.find(digest).orElseThrow().logIndex()).hasValue(1);
        assertThat(store.intend(intent(digest), ENTRY))
                .isInstanceOfSatisfying(
                        Before.class,
                        before -> assertThat(before.kept().certificate()).containsExactly(1));
        assertThat(store.size()).as("one intent, one result").isEqualTo(2);
    }

    @Test
    void who_only_looks_does_not_wait_for_who_writes() throws Exception {
        TbsDigest digest = digest(1);
        assertThat(store.intend(intent(digest), ENTRY)).isEqualTo(new Noted(0));
        assertThat(keep(digest, 1)).containsExactly(1);

        try (Connection writer =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("signer.db"));
                Statement sql = writer.createStatement()) {
            sql.execute("begin immediate");
            sql.execute("delete from issuance");

            assertThat(store.find(digest).orElseThrow().certificate()).containsExactly(1);
            sql.execute("commit");
        }
        assertThat(store.find(digest)).as("what is committed is seen").isEmpty();
    }

    @Test
    void an_intent_that_is_repeated_is_one_entry() throws Exception {
        assertThat(store.append(ENTRY)).isZero();
        assertThat(store.intend(intent(digest(1)), ENTRY)).isEqualTo(new Noted(1));
        assertThat(store.intend(intent(digest(1)), ENTRY)).isEqualTo(new Noted(1));
        assertThat(store.intend(intent(digest(2)), ENTRY)).isEqualTo(new Noted(2));
        assertThat(store.size()).isEqualTo(3);
    }

    @Test
    void entries_keep_their_numbers_when_those_before_them_are_pruned() throws Exception {
        for (byte i = 0; i < 5; i++) {
            assertThat(store.append(new byte[] {i})).isEqualTo(i);
        }
        store.prune(3);
        assertThat(store.entries(3, 10)).usingRecursiveComparison().isEqualTo(entries(3, 4));
        store.prune(100);
        store.close();
        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));
        assertThat(store.size()).as("the last one stays, for its number").isEqualTo(5);
        assertThat(store.append(new byte[] {5})).isEqualTo(5);
        assertThat(store.entries(4, 1)).usingRecursiveComparison().isEqualTo(entries(4));
    }

    private static List<byte[]> entries(int... numbers) {
        return Arrays.stream(numbers).mapToObj(i -> new byte[] {(byte) i}).toList();
    }

    @Test
    void a_checkpoint_takes_the_place_of_the_one_it_knows_and_of_no_other() throws Exception {
        byte[] one = {1};
        byte[] two = {2};
        store.advance(Optional.empty(), one);
        assertThatThrownBy(() -> store.advance(Optional.empty(), two))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("another checkpoint");
        assertThatThrownBy(() -> store.advance(Optional.of(two), two))
                .isInstanceOf(IndexException.class);
        assertThat(store.checkpoint().orElseThrow()).containsExactly(1);
        store.advance(Optional.of(one), two);
        assertThat(store.checkpoint().orElseThrow()).containsExactly(2);
    }

    @Test
    void what_was_told_last_is_not_told_again_and_the_naming_key_stays() throws Exception {
        store.appendIfNew("issuer a", new byte[] {1}, ENTRY);
        store.appendIfNew("issuer a", new byte[] {1}, ENTRY);
        store.appendIfNew("issuer b", new byte[] {1}, ENTRY);
        store.appendIfNew("issuer a", new byte[] {2}, ENTRY);
        assertThat(store.size()).isEqualTo(3);
        assertThat(store.namingKey(new byte[] {1})).containsExactly(1);
        assertThat(store.namingKey(new byte[] {2})).containsExactly(1);
    }

    @Test
    void a_store_that_is_older_than_the_log_is_taken_on() throws Exception {
        store.close();
        Path file = directory.resolve("old.db");
        try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = old.createStatement()) {
            statement.execute(
                    """
                    create table issuance (
                      tbs_sha256    blob primary key not null,
                      issuer_sha256 blob not null,
                      server_name   text not null,
                      requester     text not null,
                      intended_at   text not null,
                      attempts      integer not null,
                      certificate   blob,
                      issued_at     text
                    ) strict
                    """);
            statement.execute(
                    "insert into issuance values (x'%s', x'00', 'a.example', 'r', 't', 1, x'07', 't')"
                            .formatted(digest(1)));
            statement.execute(
                    "insert into issuance values (x'%s', x'00', 'b.example', 'r', 't', 1, null, null)"
                            .formatted(digest(2)));
        }
        store = SqliteStore.open(file, Duration.ofSeconds(60));
        assertThat(store.find(digest(1)).orElseThrow().certificate()).containsExactly(7);
        assertThat(store.find(digest(1)).orElseThrow().logIndex()).isEmpty();
        assertThat(store.intend(intent(digest(2)), ENTRY)).isEqualTo(new Noted(0));
        assertThat(keep(digest(2), 8)).containsExactly(8);
    }

    @Test
    void racing_certificates_of_one_digest_all_get_the_same_answer() throws Exception {
        TbsDigest digest = digest(1);
        store.intend(intent(digest), ENTRY);
        Set<Byte> answers = new HashSet<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> stored = new ArrayList<>();
            for (byte i = 0; i < 64; i++) {
                int certificate = i;
                stored.add(callers.submit(() -> keep(digest, certificate)));
            }
            for (Future<byte[]> each : stored) {
                answers.add(each.get()[0]);
            }
        }
        assertThat(answers).hasSize(1);
        assertThat(store.size()).as("one of them is in the log").isEqualTo(2);
    }

    @Test
    void what_was_stored_is_there_after_a_restart() throws Exception {
        store.intend(intent(digest(1)), ENTRY);
        keep(digest(1), 7);
        store.intend(intent(digest(2)), ENTRY);
        store.close();

        store = SqliteStore.open(directory.resolve("signer.db"), Duration.ofSeconds(60));

        assertThat(store.find(digest(1)).orElseThrow().certificate()).containsExactly(7);
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

            assertThatThrownBy(() -> store.intend(intent(digest(1)), ENTRY))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("signer.db");

            statement.execute("rollback");
        }
        assertThat(store.intend(intent(digest(1)), ENTRY))
                .as("it comes back by itself")
                .isEqualTo(new Noted(0));
        assertThat(keep(digest(1), 1)).containsExactly(1);
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

    private byte[] keep(TbsDigest digest, int certificate) throws IndexException {
        return store.store(digest, new byte[] {(byte) certificate}, ENTRY, AT).certificate();
    }

    private static IntentRow intent(TbsDigest digest) {
        return new IntentRow(
                digest,
                ISSUER,
                "www.origin.example",
                "overt://berlin/edge/e1",
                LeafKeyDigest.ofSpki(new byte[] {1}),
                BigInteger.TEN,
                AT);
    }

    private static TbsDigest digest(int number) {
        return TbsDigest.of(("tbs " + number).getBytes(StandardCharsets.UTF_8));
    }
}

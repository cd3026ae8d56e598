package io.overt.signer.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.log.v1.Entry;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceIndex;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransparencyLogTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final Issuances issuances = new Issuances();
    private SqliteStore store;
    private TestLog log;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
        log.log().standing(List.of(issuances.issuer()));
    }

    @AfterEach
    void close() {
        log.close();
        store.close();
    }

    private void reopen() throws Exception {
        close();
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
    }

    /** Whatever a test did, this holds at its end. */
    private LogCheck.Report good() throws Exception {
        log.close(); // publishes what is left
        LogReader reader = LogReader.read(log.key().name(), log.readers().privateKey());
        LogCheck.Report report = LogCheck.of(log.folder(), log.key(), Optional.of(reader));
        assertThat(report.findings()).isEmpty();
        assertThat(LogCheck.of(log.folder(), log.key(), Optional.empty()).findings()).isEmpty();
        SecondReader second = new SecondReader(log.folder().root(), log.signing().publicKey());
        TreeHead head = report.head().orElseThrow();
        assertThat(second.origin).isEqualTo(log.key().name());
        assertThat(second.size).isEqualTo(head.size()).isEqualTo(store.size());
        assertThat(second.root).isEqualTo(head.root().bytes());
        return report;
    }

    @Test
    void a_second_reader_written_from_the_specification_reads_and_verifies_the_log()
            throws Exception {
        for (int i = 0; i < 140; i++) {
            issuances.issue(log.log(), i);
            if (i % 50 == 25) {
                reopen();
            }
        }
        LogCheck.Report report = good();
        assertThat(report.results()).isEqualTo(140);
        assertThat(report.open()).isZero();
    }

    @Test
    void any_two_checkpoints_are_consistent() throws Exception {
        List<TreeHead> heads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int number = i;
            issuances.issue(log.log(), number);
            long size = store.size();
            await().atMost(LONG).until(() -> head().size() == size);
            heads.add(head());
        }
        for (TreeHead later : heads) {
            TiledTree tree = new TiledTree(log.folder(), later.size());
            for (TreeHead earlier : heads) {
                if (earlier.size() <= later.size()) {
                    MerkleProof.requireConsistency(
                            earlier, later, tree.consistency(earlier.size()));
                }
            }
        }
        assertThat(heads).doesNotHaveDuplicates();
    }

    private TreeHead head() throws IOException {
        Optional<byte[]> published = log.folder().checkpoint();
        if (published.isEmpty()) {
            return TreeHead.EMPTY;
        }
        SignedNote note = SignedNote.parse(published.get());
        var _ = note.verified(List.of(log.key()));
        return Checkpoint.parse(note.text()).head();
    }

    @Test
    void host_names_are_for_the_readers_of_the_log_alone() throws Exception {
        IssuanceIndex.Kept kept = issuances.issue(log.log(), 0);
        good();
        try (Stream<Path> files = Files.walk(log.folder().root())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain("origin");
            }
        }
        LogReader reader = LogReader.read(log.key().name(), log.readers().privateKey());
        List<LogLine> lines = new ArrayList<>();
        LogEntries.each(
                log.folder(),
                0,
                store.size(),
                (index, entry) -> lines.add(LogLine.of(index, entry, Optional.of(reader))));
        assertThat(lines.get((int) kept.logIndex().orElseThrow()).names()).contains(Issuances.HOST);
        LogReader stranger =
                new LogReader(
                        log.key().name(),
                        KeyPairGenerator.getInstance("X25519").generateKeyPair().getPrivate());
        assertThat(LogCheck.of(log.folder(), log.key(), Optional.of(stranger)).findings())
                .first()
                .extracting(Finding::what)
                .asString()
                .contains("cannot be opened with this private key");
    }

    // checklist 61
    @Test
    void whoever_has_the_readers_key_derives_each_TBS_again() throws Exception {
        issuances.issue(log.log(), 3);
        good();
        LogReader reader = LogReader.read(log.key().name(), log.readers().privateKey());
        LogEntries.each(
                log.folder(),
                0,
                store.size(),
                (index, bytes) -> {
                    Entry entry = Entry.parseFrom(bytes);
                    reader.learn(index, entry);
                    if (entry.hasIntent()) {
                        var evidence = reader.evidence(entry.getIntent());
                        IssuanceIndex.Intent intent = issuances.intent(3);
                        assertThat(evidence.getTbsSha256().toByteArray())
                                .isEqualTo(intent.tbs().sha256());
                        assertThat(evidence.getEpoch())
                                .isEqualTo(intent.evidence().epoch().number());
                        assertThat(evidence.getUpstreamChain(0).toByteArray())
                                .isEqualTo(intent.evidence().chain().getFirst());
                        assertThat(evidence.getPublicKey().toByteArray())
                                .isEqualTo(intent.evidence().key().spki());
                        assertThat(evidence.getProfile().getOrganisation())
                                .isEqualTo("Example Corp");
                    }
                });
    }

    @Test
    void a_certificate_that_was_withheld_is_seen() throws Exception {
        IssuanceIndex.Intent intent = issuances.intent(1);
        Noted noted = (Noted) log.log().intend(intent);
        log.log()
                .withhold(
                        noted, RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, Instant.now());
        assertThat(good().open()).isEqualTo(1);
    }

    @Test
    void a_log_that_has_nothing_to_say_grows_all_the_same() throws Exception {
        close();
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.beating(directory, store, Duration.ofMillis(200));
        TreeHead quiet = head();
        await().atMost(LONG).until(() -> head().size() >= quiet.size() + 3);
        List<String> lines = new ArrayList<>();
        LogEntries.each(
                log.folder(),
                quiet.size(),
                head().size(),
                (index, entry) -> lines.add(LogLine.of(index, entry, Optional.empty()).text()));
        assertThat(lines).allSatisfy(line -> assertThat(line).endsWith("Z heartbeat"));
        log.signing().away = true; // a checkpoint that is not signed stops it, too
        await().atMost(LONG).until(() -> log.readiness().unmet().containsKey("log"));
        long stopped = store.size();
        assertThat(log.failures("checkpoint")).isPositive();
        log.signing().away = false;
        await().atMost(LONG).until(() -> head().size() > stopped);
        good();
    }

    @Test
    void files_that_are_gone_are_made_again_as_far_as_they_were_not_signed() throws Exception {
        issuances.issue(log.log(), 0);
        log.close();
        // A crash after the checkpoint was kept, and before it was on the disk.
        Files.delete(log.folder().root().resolve("checkpoint"));
        reopen();
        issuances.issue(log.log(), 1);
        good();
    }

    @Test
    void a_store_or_a_folder_of_another_day_is_refused() throws Exception {
        issuances.issue(log.log(), 0);
        log.close();
        store.close();
        Path backup = Files.copy(directory.resolve("signer.db"), directory.resolve("old.db"));
        copy(log.folder().root(), directory.resolve("old-log"));
        reopen();
        issuances.issue(log.log(), 1);
        log.close();

        try (SqliteStore old = SqliteStore.open(backup, LONG)) {
            assertThatThrownBy(() -> TestLog.open(directory, old))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not of this store");
        }
        assertThatThrownBy(
                        () ->
                                TestLog.open(
                                        directory,
                                        directory.resolve("old-log"),
                                        store,
                                        Duration.ofMillis(100)))
                .as("tiles of yesterday, signed for today")
                .isInstanceOf(IOException.class);
        Path empty = directory.resolve("empty.db");
        try (SqliteStore fresh = SqliteStore.open(empty, LONG)) {
            assertThatThrownBy(() -> TestLog.open(directory, fresh))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not of this store");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    @Test
    void a_key_that_is_away_stops_signing_after_the_time_that_is_allowed_and_no_longer()
            throws Exception {
        log.signing().away = true;
        issuances.issue(log.log(), 0);
        await().atMost(LONG).until(() -> log.readiness().unmet().containsKey("log"));
        assertThatThrownBy(() -> issuances.issue(log.log(), 1))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("no checkpoint: FAILED: away");
        assertThat(log.failures("checkpoint")).isPositive();

        log.signing().away = false;
        await().atMost(LONG).until(() -> log.readiness().unmet().isEmpty());
        issuances.issue(log.log(), 1);
        assertThat(good().results()).isEqualTo(2);
    }

    @Test
    void files_that_cannot_be_written_stop_signing_and_are_tried_again() throws Exception {
        Path root = log.folder().root();
        issuances.issue(log.log(), 0);
        await().atMost(LONG).until(() -> head().size() == store.size());
        // Where the next partial tile's folder would be is a file.
        Path entries = root.resolve("tile/entries/000.p");
        Path away = root.resolve("away");
        Files.move(entries, away);
        Files.writeString(entries, "in the way");
        issuances.issue(log.log(), 1);
        await().atMost(LONG).until(() -> log.readiness().unmet().containsKey("log"));
        assertThatThrownBy(() -> issuances.issue(log.log(), 2))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("the transparency log cannot be written");
        assertThat(log.failures("files")).isPositive();

        Files.delete(entries);
        Files.move(away, entries);
        await().atMost(LONG).until(() -> log.readiness().unmet().isEmpty());
        issuances.issue(log.log(), 2);
        assertThat(good().results()).isEqualTo(3);
    }

    @Test
    void whatever_is_altered_is_found_and_named() throws Exception {
        for (int i = 0; i < 140; i++) {
            issuances.issue(log.log(), i);
        }
        good();
        Path root = log.folder().root();
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString();
            byte[] right = Files.readAllBytes(file);
            if (superseded(name)) {
                continue; // of an earlier size: not part of this one
            }
            for (int at : new int[] {0, right.length / 2, right.length - 1}) {
                byte[] wrong = right.clone();
                wrong[at] ^= 1;
                Files.write(file, wrong);
                assertThat(LogCheck.of(log.folder(), log.key(), Optional.empty()).findings())
                        .as("%s, byte %d", name, at)
                        .isNotEmpty();
            }
            Files.write(file, right);
        }
        good();
    }

    private boolean superseded(String name) {
        int width = name.indexOf(".p/");
        return width >= 0 && Long.parseLong(name.substring(width + 3)) != widthOf(name, width);
    }

    private long widthOf(String name, int end) {
        try {
            long size = store.size();
            return name.startsWith("tile/1") ? size / 256 : size % 256;
        } catch (IndexException e) {
            throw new AssertionError(name.substring(0, end), e);
        }
    }
}

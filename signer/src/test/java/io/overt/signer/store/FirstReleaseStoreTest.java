package io.overt.signer.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.signer.crl.CrlBook;
import io.overt.signer.issue.IssuanceIndex.Intended.Before;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.TbsDigest;
import io.overt.signer.log.Issuances;
import io.overt.signer.log.Ledger.IntentRow;
import io.overt.signer.log.LogCheck;
import io.overt.signer.log.TestLog;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.Epoch;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.TbsCertificateDer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store of a signer that was never updated until today: opened, and gone on with. */
class FirstReleaseStoreTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Instant LATER = Instant.parse("2026-11-28T09:00:00Z");

    @TempDir Path directory;
    private Path file;
    private final List<X509Certificate> before = new ArrayList<>();
    private CertificateFingerprint issuer = CertificateFingerprint.ofSha256(new byte[32]);

    @BeforeEach
    void write() throws Exception {
        file = directory.resolve("signer.db");
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = database.createStatement()) {
            for (String each : script().replaceAll("(?m)^--.*$", "").split(";")) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
            ResultSet rows =
                    statement.executeQuery(
                            "select issuer_sha256, certificate from issuance where certificate is not null");
            while (rows.next()) {
                issuer = CertificateFingerprint.ofSha256(rows.getBytes(1));
                before.add(
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(rows.getBytes(2))));
            }
        }
        assertThat(before).hasSize(3);
    }

    private static String script() throws Exception {
        try (InputStream in =
                Objects.requireNonNull(
                        FirstReleaseStoreTest.class.getResourceAsStream("first-release.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void what_was_signed_is_the_answer_and_is_not_signed_again() throws Exception {
        try (SqliteStore store = SqliteStore.open(file, LONG)) {
            for (X509Certificate each : before) {
                TbsDigest digest = TbsDigest.of(TbsCertificateDer.of(each));
                var kept = store.find(digest).orElseThrow();
                assertThat(kept.certificate()).isEqualTo(each.getEncoded());
                assertThat(kept.logIndex()).as("older than the log").isEmpty();
                assertThat(store.intend(row(digest, each), new byte[] {1}))
                        .isInstanceOf(Before.class);
            }
            assertThat(store.size()).as("nothing was announced").isZero();
            assertThat(store.signatures(issuer, LocalDate.parse("2026-11-28"))).isEqualTo(7);
        }
    }

    @Test
    void what_was_cut_off_goes_on_and_gets_its_place_in_the_log() throws Exception {
        TbsDigest cutOff = TbsDigest.of("cut off".getBytes(StandardCharsets.UTF_8));
        try (SqliteStore store = SqliteStore.open(file, LONG)) {
            assertThat(store.openIntents()).isEqualTo(1);
            assertThat(store.intend(row(cutOff, before.getFirst()), new byte[] {1}))
                    .isEqualTo(new Noted(0));
            var kept = store.store(cutOff, before.getFirst().getEncoded(), new byte[] {2}, LATER);
            assertThat(kept.logIndex()).hasValue(1);
            assertThat(store.openIntents()).isZero();
        }
    }

    @Test
    void its_certificates_are_found_by_key_and_serial_number_for_acts_and_crls() throws Exception {
        for (int start = 0; start < 2; start++) { // the second one finds the columns there
            try (SqliteStore store = SqliteStore.open(file, LONG)) {
                CrlBook crls = store.crls();
                LeafKeyDigest shared = LeafKeyDigest.of(before.getFirst().getPublicKey());
                assertThat(crls.certificates(issuer, shared)).hasSize(2);
                assertThat(crls.certificate(issuer, BigInteger.valueOf(0xa3))).isPresent();
                assertThat(crls.certificate(issuer, BigInteger.valueOf(0xa4))).isEmpty();
                assertThat(crls.lastEnd(issuer))
                        .contains(
                                before.stream()
                                        .map(each -> each.getNotAfter().toInstant())
                                        .max(Comparator.naturalOrder())
                                        .orElseThrow());
                assertThat(store.acts().all()).isEmpty();
                assertThat(crls.nextNumber(issuer)).isEqualTo(start + 1L);
            }
        }
    }

    @Test
    void its_leaf_keys_stay_enrolled_and_serve_no_other_epoch() throws Exception {
        LeafPublicKey key = LeafPublicKey.of(before.getFirst().getPublicKey());
        try (SqliteStore store = SqliteStore.open(file, LONG)) {
            assertThat(store.enrolled("berlin", new Epoch(2969), key)).isTrue();
            assertThat(store.enrolled("paris", new Epoch(2969), key)).isFalse();
            assertThat(store.enrolled("berlin", new Epoch(2970), key)).isFalse();
        }
    }

    @Test
    void a_log_begins_with_what_is_signed_from_now_on_and_verifies() throws Exception {
        Issuances issuances = new Issuances();
        try (SqliteStore store = SqliteStore.open(file, LONG)) {
            try (TestLog log = TestLog.open(directory, store)) {
                log.log().standing(List.of(issuances.issuer()));
                issuances.issue(log.log(), 0);
            }
            try (TestLog log = TestLog.open(directory, store)) {
                LogCheck.Report report =
                        LogCheck.of(log.folder(), log.key(), Optional.of(log.reader()));
                assertThat(report.findings()).isEmpty();
                assertThat(report.results()).isEqualTo(1);
            }
        }
    }

    private IntentRow row(TbsDigest digest, X509Certificate certificate) {
        return new IntentRow(
                digest,
                issuer,
                "one.example",
                "overt://berlin/edge/e1",
                LeafKeyDigest.of(certificate.getPublicKey()),
                certificate.getSerialNumber(),
                LATER);
    }
}

package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.signer.ca.Pem;
import io.overt.signer.issue.IssuerState;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.IssuerTrust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What certificates of issuers have to say before a signer starts with them. */
class IssuerFilesTest {

    private static final int BOTH = KeyUsage.keyCertSign | KeyUsage.cRLSign;

    @TempDir Path directory;
    private final TestPki pki = TestPki.create();

    @Test
    void where_crls_are_made_each_issuer_that_is_not_retired_says_that_it_signs_them()
            throws Exception {
        IssuerFiles good = issuer("good.pem", BOTH, IssuerState.ACTIVE);
        IssuerFiles without = issuer("without.pem", KeyUsage.keyCertSign, IssuerState.STAGED);
        IssuerFiles retired = issuer("retired.pem", KeyUsage.keyCertSign, IssuerState.RETIRED);

        IssuerFiles.requireCrlSigning(List.of(good, retired));
        assertThatThrownBy(() -> IssuerFiles.requireCrlSigning(List.of(good, without, retired)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        refused ->
                                assertThat(refused.problems())
                                        .singleElement()
                                        .asString()
                                        .startsWith(directory.resolve("without.pem").toString())
                                        .contains("key usage without cRLSign (expected: with it"));
    }

    @Test
    void an_issuer_that_may_make_cas_is_refused() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("ca.pem"),
                        Pem.of(
                                pki.root()
                                        .subordinate(CertificateSpec.ca("Inspection").pathLength(1))
                                        .certificate()));
        assertThatThrownBy(() -> read(file, IssuerState.ACTIVE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("pathLen 1 (expected: 0, an issuing CA makes leaves only)");
    }

    private IssuerFiles issuer(String name, int usage, IssuerState state) throws Exception {
        return read(
                Files.writeString(
                        directory.resolve(name),
                        Pem.of(
                                pki.root()
                                        .subordinate(
                                                CertificateSpec.ca("Inspection " + name)
                                                        .pathLength(0)
                                                        .keyUsage(usage))
                                        .certificate())),
                state);
    }

    private static IssuerFiles read(Path file, IssuerState state) throws ConfigException {
        return IssuerFiles.read(
                        List.of(
                                new SignerConfig.IssuerEntry(
                                        file, IssuerTrust.TRUSTED, state, List.of(), List.of())),
                        Instant.now())
                .getFirst();
    }
}

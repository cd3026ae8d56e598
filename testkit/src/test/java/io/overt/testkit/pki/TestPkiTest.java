package io.overt.testkit.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TestPkiTest {
    private final TestPki pki = TestPki.at(Instant.parse("2026-11-22T12:00:00Z"));

    @Test
    void a_leaf_chains_to_the_root_by_signature_and_by_key_identifier() throws Exception {
        TestIdentity leaf = pki.leaf("www.example.com", "192.0.2.1", "2001:db8::1");

        assertThat(leaf.chain()).hasSize(2);
        leaf.chain().getFirst().verify(leaf.chain().getLast().getPublicKey());
        leaf.chain().getLast().verify(pki.anchor().getPublicKey());
        leaf.certificate().checkValidity(Date.from(pki.now()));
        assertThat(leaf.certificate().getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "www.example.com"),
                        List.of(7, "192.0.2.1"),
                        List.of(7, "2001:db8:0:0:0:0:0:1"));
        byte[] ski = pki.intermediate().certificate().getExtensionValue("2.5.29.14");
        byte[] aki = leaf.certificate().getExtensionValue("2.5.29.35");
        assertThat(Arrays.copyOfRange(aki, aki.length - 20, aki.length))
                .containsExactly(Arrays.copyOfRange(ski, ski.length - 20, ski.length));
    }

    @ParameterizedTest
    @EnumSource(KeySpec.class)
    void each_kind_of_key_can_be_certified_and_can_certify(KeySpec key) throws Exception {
        TestAuthority ca = pki.root().subordinate(CertificateSpec.ca("CA with " + key).key(key));

        X509Certificate leaf = ca.issue(CertificateSpec.leaf("a.example").key(key)).certificate();

        leaf.verify(ca.certificate().getPublicKey());
    }

    @Test
    void equal_specs_for_one_key_give_equal_certificates() {
        var keys = KeySpec.EC_P256.generate();
        TestAuthority ca = TestAuthority.root(CertificateSpec.ca("Root").key(keys), pki.now());
        TestAuthority same = TestAuthority.root(CertificateSpec.ca("Root").key(keys), pki.now());

        assertThat(ca.certificate()).isEqualTo(same.certificate());
    }

    @Test
    void a_fleet_identity_is_a_uri_and_files_that_only_the_owner_reads(@TempDir Path directory)
            throws Exception {
        TestFleet fleet = TestPki.fleet(directory, "berlin");

        PemFiles files = fleet.issue("edge", "edge-1", "localhost", "127.0.0.1");

        assertThat(Files.readString(files.certificateChain())).startsWith("-----BEGIN CERTIFICATE");
        assertThat(Files.readString(files.privateKey())).startsWith("-----BEGIN PRIVATE KEY");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.privateKey())))
                .isEqualTo("rw-------");
        X509Certificate certificate = fleet.identity("edge", "edge-1").certificate();
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "overt://berlin/edge/edge-1"));
        assertThat(certificate.getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    }
}

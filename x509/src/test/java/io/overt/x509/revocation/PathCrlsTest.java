package io.overt.x509.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.CrlSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathCrlsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final TestAuthority CA = PKI.intermediate();
    private static final X509Certificate LEAF = PKI.leaf("www.example.com").certificate();
    private static final List<X509Certificate> PATH = List.of(LEAF, CA.certificate(), PKI.anchor());

    @Test
    void nothing_stands_against_a_path_that_no_list_is_about() {
        TestAuthority stranger = TestAuthority.root(CertificateSpec.ca("Stranger"), NOW);

        assertThat(kinds()).isEmpty();
        assertThat(kinds(stranger.crl(CrlSpec.at(NOW).revoke(LEAF)))).isEmpty();
    }

    // checklist 17
    @Test
    void a_revoked_leaf_and_a_revoked_intermediate_each_stand_against_it() {
        assertThat(
                        kinds(
                                CA.crl(CrlSpec.at(NOW).revoke(LEAF)),
                                PKI.root().crl(CrlSpec.at(NOW).revoke(CA.certificate()))))
                .containsExactly(Kind.REVOKED, Kind.REVOKED);
        assertThat(kinds(PKI.root().crl(CrlSpec.at(NOW).revoke(CA.certificate()))))
                .containsExactly(Kind.REVOKED);
    }

    @Test
    void a_list_that_must_not_be_used_stands_against_it() {
        assertThat(kinds(CA.crl(CrlSpec.at(NOW).without("2.5.29.20"))))
                .containsExactly(Kind.REVOCATION_UNKNOWN);
        assertThat(kinds(CA.crl(CrlSpec.at(NOW).tampered())))
                .containsExactly(Kind.REVOCATION_UNKNOWN);
    }

    @Test
    void a_good_list_makes_up_for_one_that_must_not_be_used() {
        assertThat(kinds(CA.crl(CrlSpec.at(NOW).tampered()), CA.crl(CrlSpec.at(NOW)))).isEmpty();
    }

    @Test
    void what_is_no_list_at_all_is_as_if_it_were_not_there() {
        assertThat(kinds(new byte[] {1, 2, 3}, CA.crl(CrlSpec.at(NOW).withoutNextUpdate())))
                .isEmpty();
    }

    @Test
    void the_trust_anchor_is_revoked_by_nobody() {
        assertThat(kinds(PKI.root().crl(CrlSpec.at(NOW).revoke(PKI.anchor())))).isEmpty();
    }

    private static List<Kind> kinds(byte[]... crls) {
        return PathCrls.objections(PATH, List.of(crls), NOW).stream()
                .map(UntrustedReason::kind)
                .toList();
    }
}

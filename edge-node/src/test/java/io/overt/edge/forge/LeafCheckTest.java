package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.forge.KnownIssuer.State;
import io.overt.edge.forge.LeafCheck.Bad;
import io.overt.edge.forge.LeafCheck.Fault;
import io.overt.edge.forge.LeafCheck.Good;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.IssuingCa;
import io.overt.x509.TbsCertificateDer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeafCheckTest {
    private final TestPki pki = TestPki.create();
    private final TestAuthority ca =
            pki.root().subordinate(CertificateSpec.ca("Issuing").pathLength(0));
    private final KnownIssuer issuer =
            new KnownIssuer(
                    new IssuingCa(ca.certificate(), List.of(), List.of()), List.of(), State.ACTIVE);
    private final X509Certificate leaf =
            ca.issue(CertificateSpec.leaf("www.example.com")).certificate();
    private final byte[] der = TestSigner.der(leaf);

    @Test
    void what_was_derived_and_signed_is_good() throws Exception {
        assertThat(check(der, pki.now())).isEqualTo(new Good(leaf));
    }

    @Test
    void no_single_byte_may_differ() throws Exception {
        for (int i = 0; i < der.length; i++) {
            byte[] changed = der.clone();
            changed[i] ^= 1;
            assertThat(check(changed, pki.now())).as("byte %d", i).isInstanceOf(Bad.class);
        }
    }

    @Test
    void it_must_be_one_certificate_and_nothing_else() throws Exception {
        assertThat(fault(new byte[0])).isEqualTo(Fault.MALFORMED);
        assertThat(fault(Arrays.copyOf(der, der.length - 1))).isEqualTo(Fault.MALFORMED);
        assertThat(fault(Arrays.copyOf(der, der.length + 1))).isEqualTo(Fault.MALFORMED);
    }

    @Test
    void the_same_words_signed_by_another_ca_are_not_good() throws Exception {
        TestAuthority other = pki.root().subordinate(CertificateSpec.ca("Issuing").pathLength(0));
        byte[] tbs = leaf.getTBSCertificate();
        byte[] forged = TestSigner.der(TbsCertificateDer.parse(tbs).assemble(other.sign(tbs)));
        assertThat(fault(forged)).isEqualTo(Fault.SIGNATURE);
    }

    @Test
    void it_must_be_current() throws Exception {
        Instant notAfter = leaf.getNotAfter().toInstant();
        Instant notBefore = leaf.getNotBefore().toInstant();
        assertThat(check(der, notAfter)).isInstanceOf(Good.class);
        assertThat(check(der, notBefore)).isInstanceOf(Good.class);
        assertThat(check(der, notAfter.plus(Duration.ofSeconds(1))))
                .isInstanceOfSatisfying(
                        Bad.class, bad -> assertThat(bad.fault()).isEqualTo(Fault.NOT_CURRENT));
        assertThat(check(der, notBefore.minus(Duration.ofSeconds(1))))
                .isInstanceOfSatisfying(
                        Bad.class, bad -> assertThat(bad.fault()).isEqualTo(Fault.NOT_CURRENT));
    }

    private Fault fault(byte[] received) throws Exception {
        LeafCheck check = check(received, pki.now());
        assertThat(check).isInstanceOf(Bad.class);
        return ((Bad) check).fault();
    }

    private LeafCheck check(byte[] received, Instant now) throws Exception {
        return LeafCheck.of(received, TbsCertificateDer.of(leaf), issuer, now);
    }
}

package io.overt.signer.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both kinds of code come to the same. */
class VerifyingCodeTest {

    private final TestPki pki = TestPki.create();
    private final X509Certificate leaf =
            pki.issue(CertificateSpec.leaf("www.example")).chain().getFirst();

    @Test
    void the_native_provider_is_there_on_the_machines_that_build_this() {
        assertThat(VerifyingCode.choose(VerifyingCode.Wanted.NATIVE).name()).isEqualTo("accp");
        assertThat(Security.getProviders())
                .as("nothing else in the process meets it")
                .noneMatch(each -> each.getName().contains("Corretto"));
    }

    @ParameterizedTest
    @EnumSource(VerifyingCode.Wanted.class)
    void a_certificate_verifies_with_its_issuers_key_and_no_other(VerifyingCode.Wanted wanted) {
        VerifyingCode code = VerifyingCode.choose(wanted);

        assertThatCode(() -> code.verify(leaf, pki.intermediate().certificate().getPublicKey()))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> code.verify(leaf, pki.anchor().getPublicKey()))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @ParameterizedTest
    @EnumSource(VerifyingCode.Wanted.class)
    void chains_verify_and_foreign_ones_do_not(VerifyingCode.Wanted wanted) throws Exception {
        BoundedChainVerifier verifier =
                new BoundedChainVerifier(
                        TrustAnchors.of(List.of(pki.anchor())),
                        VerifyingCode.choose(wanted).maths().remembering(10));
        for (KeySpec key :
                List.of(KeySpec.EC_P256, KeySpec.EC_P384, KeySpec.EC_P521, KeySpec.RSA_2048)) {
            TestPki other = TestPki.create();
            for (int twice = 0; twice < 2; twice++) {
                assertThat(verdict(verifier, pki, key)).isInstanceOf(Verdict.Verified.class);
                assertThat(verdict(verifier, other, key)).isInstanceOf(Verdict.Untrusted.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(VerifyingCode.Wanted.class)
    void which_code_it_is_stands_in_a_gauge(VerifyingCode.Wanted wanted) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        VerifyingCode code = VerifyingCode.choose(wanted);
        code.report(registry);

        assertThat(registry.get("overt.signer.verifying").gauges())
                .extracting(each -> each.getId().getTag("provider"))
                .containsExactlyInAnyOrder("accp", "jdk");
        assertThat(
                        registry.get("overt.signer.verifying")
                                .tag("provider", code.name())
                                .gauge()
                                .value())
                .isEqualTo(1);
    }

    private static Verdict verdict(BoundedChainVerifier verifier, TestPki from, KeySpec key)
            throws Exception {
        return verifier.verify(
                new PresentedChain(
                        from.issue(CertificateSpec.leaf("www.example").key(key)).chain()),
                ReferenceIdentity.parse("www.example").orElseThrow(),
                Instant.now());
    }
}

package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TbsCertificateDerTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TbsCertificateDer DERIVED = derived();
    private static final byte[] OTHER_NAME =
            Der.sequence(
                    Der.encode(
                            Der.SET,
                            Der.sequence(Oid.encoded("2.5.4.3"), Der.utf8("Somebody Else"))));

    private static TbsCertificateDer derived() {
        TestPki pki = TestPki.at(NOW);
        TestAuthority issuer = TestAuthority.root(CertificateSpec.ca("Inspection CA"), NOW);
        byte[] upstream =
                pki.issue(CertificateSpec.leaf("www.example.com").policies("2.23.140.1.1"))
                        .chainDer()
                        .getFirst();
        return ForgedChains.mirrored(
                MirrorRecipe.derive(
                        upstream,
                        ForgedChains.freshLeafKey(),
                        new IssuingCa(
                                issuer.certificate(),
                                List.of("http://crl.example/i.crl"),
                                List.of("http://ca.example/i.cer")),
                        ForgedChains.profile(Recipe.MIRROR),
                        Epoch.at(NOW, ForgedChains.EPOCH_LENGTH)));
    }

    /** Each field of RFC 5280 §4.1, and each extension, changed alone. */
    static Stream<Arguments> mutations() throws Exception {
        TbsMutation tbs = new TbsMutation(DERIVED.der());
        Stream<Arguments> fields =
                Stream.of(
                        Arguments.of(
                                "version", tbs.with(0, Der.tagged(0, Der.integer(BigInteger.ONE)))),
                        Arguments.of("version", tbs.without(0)),
                        Arguments.of("serialNumber", tbs.with(1, Der.integer(BigInteger.TEN))),
                        Arguments.of(
                                "signature", tbs.with(2, IssuerSignature.RSA_SHA256.identifier())),
                        Arguments.of("issuer", tbs.with(3, OTHER_NAME)),
                        Arguments.of("validity notBefore", tbs.withValidity(-1, 0)),
                        Arguments.of("validity notAfter", tbs.withValidity(0, 1)),
                        Arguments.of("subject", tbs.with(5, OTHER_NAME)),
                        Arguments.of(
                                "subjectPublicKeyInfo",
                                tbs.with(6, ForgedChains.freshLeafKey().spki())),
                        Arguments.of(
                                "issuerUniqueID",
                                tbs.inserted(7, Der.encode(0x81, new byte[] {0, 1}))),
                        Arguments.of(
                                "subjectUniqueID",
                                tbs.inserted(7, Der.encode(0x82, new byte[] {0, 1}))));
        List<Arguments> extensions = new ArrayList<>();
        for (int i = 0; i < tbs.extensions().size(); i++) {
            ExtensionDer extension = tbs.extensions().get(i);
            String name = "extension " + Oid.name(extension.oid());
            extensions.add(Arguments.of(name, tbs.withExtension(i, tbs.changedValue(extension))));
            extensions.add(
                    Arguments.of(name, tbs.withExtension(i, tbs.changedCriticality(extension))));
            extensions.add(Arguments.of(name, tbs.withoutExtension(i)));
            extensions.add(Arguments.of(name, tbs.withExtraExtension(extension.whole().encoded())));
        }
        List<byte[]> shuffled = new ArrayList<>(tbs.encodedExtensions());
        Collections.swap(shuffled, 0, 1);
        extensions.add(Arguments.of("extensions", tbs.withExtensions(shuffled)));
        extensions.add(
                Arguments.of(
                        "extension 1.2.3.4",
                        tbs.withExtraExtension(
                                ExtensionDer.encode(
                                        "1.2.3.4",
                                        ExtensionDer.Criticality.NON_CRITICAL,
                                        new byte[] {5, 0}))));
        return Stream.concat(fields, extensions.stream());
    }

    @Test
    void the_serial_number_is_the_certificates() {
        assertThat(DERIVED.serialNumber())
                .isEqualTo(DERIVED.assemble(new byte[] {1}).getSerialNumber());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void every_single_change_is_named(String field, byte[] changed) throws Exception {
        TbsCertificateDer other = TbsCertificateDer.parse(changed);

        assertThat(DERIVED.firstDifference(other)).contains(field);
        assertThat(other.firstDifference(DERIVED)).contains(field);
    }

    @Test
    void the_serial_does_not_hide_what_made_it_differ() throws Exception {
        TbsMutation both =
                new TbsMutation(
                        new TbsMutation(DERIVED.der()).with(1, Der.integer(BigInteger.TEN)));

        assertThat(DERIVED.firstDifference(TbsCertificateDer.parse(both.with(5, OTHER_NAME))))
                .contains("subject");
    }

    @Test
    void equal_bytes_have_no_difference() throws Exception {
        TbsCertificateDer same = TbsCertificateDer.parse(DERIVED.der());

        assertThat(same).isEqualTo(DERIVED).hasSameHashCodeAs(DERIVED);
        assertThat(DERIVED.firstDifference(same)).isEmpty();
    }

    @Test
    void no_single_bit_can_be_flipped_unnoticed() throws Exception {
        byte[] der = DERIVED.der();
        for (int bit = 0; bit < der.length * 8; bit++) {
            byte[] changed = der.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            TbsCertificateDer other;
            try {
                other = TbsCertificateDer.parse(changed);
            } catch (CertificateException e) {
                assertThat(e).as("bit %d", bit).hasMessageMatching("(?s).+");
                continue;
            }
            assertThat(DERIVED.firstDifference(other)).as("bit %d", bit).isPresent();
        }
    }

    @Test
    void the_caller_cannot_change_it() throws Exception {
        byte[] mine = DERIVED.der();
        TbsCertificateDer parsed = TbsCertificateDer.parse(mine);
        mine[20] ^= 1;
        parsed.der()[21] ^= 1;

        assertThat(parsed).isEqualTo(DERIVED);
    }

    @Test
    void too_many_bytes_are_refused_before_they_are_read() {
        assertThatThrownBy(() -> TbsCertificateDer.parse(new byte[64 * 1024 + 1]))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("65537 bytes (expected: at most 65536)");
    }
}

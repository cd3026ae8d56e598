package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.Mirroring.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Refusals that the golden vectors do not show, most of them since the JDK does not read such
 * certificates either.
 */
class LeafRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final IssuingCa ISSUER =
            new IssuingCa(
                    TestAuthority.root(CertificateSpec.ca("Inspection CA"), NOW).certificate(),
                    List.of(),
                    List.of());

    private static final LeafPublicKey KEY = ForgedChains.freshLeafKey();

    @Test
    void an_empty_subject_needs_critical_names_RFC_5280_4_1_2_6() throws Exception {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com").subject("").namesCritical());
        TbsMutation tbs = tbs(leaf);
        List<byte[]> extensions = new ArrayList<>();
        for (ExtensionDer extension : tbs.extensions()) {
            extensions.add(
                    extension.oid().equals(Oid.SUBJECT_ALT_NAME)
                            ? tbs.changedCriticality(extension)
                            : extension.whole().encoded());
        }

        assertRefused(withTbs(leaf, tbs.withExtensions(extensions)), Reason.EMPTY_SUBJECT);
    }

    @Test
    void two_extensions_of_one_kind_RFC_5280_4_2() throws Exception {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com"));
        TbsMutation tbs = tbs(leaf);
        for (ExtensionDer extension : tbs.extensions()) {
            assertRefused(
                    withTbs(leaf, tbs.withExtraExtension(extension.whole().encoded())),
                    Reason.DUPLICATE_EXTENSION);
        }
    }

    @Test
    void names_without_a_name_RFC_5280_4_2_1_6() throws Exception {
        assertRefusedWith(Oid.SUBJECT_ALT_NAME, Der.sequence(), Reason.NO_SUBJECT_ALT_NAME);
    }

    @Test
    void extensions_that_are_not_what_they_should_be() throws Exception {
        for (String oid :
                List.of(
                        Oid.SUBJECT_ALT_NAME,
                        Oid.BASIC_CONSTRAINTS,
                        Oid.EXTENDED_KEY_USAGE,
                        Oid.CERTIFICATE_POLICIES)) {
            assertRefusedWith(oid, new byte[] {0x30, 0x05, 0x00}, Reason.NOT_DER);
            assertRefusedWith(oid, new byte[] {5, 0}, Reason.NOT_DER);
        }
    }

    @Test
    void an_encoded_FALSE_in_basicConstraints_is_let_pass() throws Exception {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com"));
        byte[] value = Der.sequence(Der.encode(Der.BOOLEAN, new byte[] {0}));

        assertThat(derive(replaced(leaf, Oid.BASIC_CONSTRAINTS, value)))
                .isInstanceOf(Mirroring.Mirrored.class);
    }

    @Test
    void an_encoded_critical_FALSE_is_not_DER() throws Exception {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com"));
        TbsMutation tbs = tbs(leaf);
        byte[] explicit =
                Der.sequence(
                        Oid.encoded("1.2.3.4"),
                        Der.encode(Der.BOOLEAN, new byte[] {0}),
                        Der.octetString(new byte[0]));

        assertRefused(withTbs(leaf, tbs.withExtraExtension(explicit)), Reason.NOT_DER);
    }

    @Test
    void every_cut_and_every_appended_byte_is_refused_and_never_an_exception() {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com"));
        for (int length = 0; length < leaf.length; length++) {
            assertRefused(Arrays.copyOf(leaf, length), Reason.NOT_DER);
        }
        assertRefused(Arrays.copyOf(leaf, leaf.length + 1), Reason.NOT_DER);
    }

    @Test
    void no_flipped_bit_is_an_exception() {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com").policies("2.23.140.1.1"));
        for (int bit = 0; bit < leaf.length * 8; bit++) {
            byte[] changed = leaf.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(derive(changed)).as("bit %d", bit).isNotNull();
        }
    }

    @Test
    void more_than_64_KiB_is_refused() {
        byte[] large = new byte[60_000];
        byte[] tooLarge = new byte[66_000];
        CertificateSpec fits =
                CertificateSpec.leaf("www.example.com").extension("1.2.3.4", false, large);
        CertificateSpec doesNot =
                CertificateSpec.leaf("www.example.com").extension("1.2.3.4", false, tooLarge);

        assertThat(derive(der(fits))).isInstanceOf(Mirroring.Mirrored.class);
        assertRefused(der(doesNot), Reason.TOO_LARGE);
    }

    @Test
    void an_upstream_just_below_64_KiB_whose_leaf_would_be_above_is_refused() {
        byte[] probe =
                der(
                        CertificateSpec.leaf("a.example")
                                .extension("1.2.3.4", false, new byte[60_000]));
        // Eight bytes to spare: two ECDSA signatures differ by a few bytes in length.
        byte[] filling = new byte[60_000 + PresentedChain.MAX_CERTIFICATE_BYTES - probe.length - 8];
        byte[] leaf = der(CertificateSpec.leaf("a.example").extension("1.2.3.4", false, filling));
        assertThat(leaf.length).isBetween(65_500, PresentedChain.MAX_CERTIFICATE_BYTES);

        IssuingCa withUrls =
                new IssuingCa(
                        ISSUER.certificate(),
                        List.of("http://crl.example/" + "x".repeat(900)),
                        List.of());
        Mirroring mirroring =
                MirrorRecipe.derive(
                        leaf,
                        ForgedChains.freshLeafKey(),
                        withUrls,
                        ForgedChains.profile(Recipe.MIRROR),
                        Epoch.at(NOW, ForgedChains.EPOCH_LENGTH));
        assertThat(mirroring)
                .isInstanceOfSatisfying(
                        NotMirrorable.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    private static void assertRefusedWith(String oid, byte[] value, Reason reason)
            throws Exception {
        byte[] leaf = der(CertificateSpec.leaf("www.example.com").policies("2.23.140.1.1"));
        assertRefused(replaced(leaf, oid, value), reason);
    }

    private static byte[] replaced(byte[] leaf, String oid, byte[] value) throws Exception {
        TbsMutation tbs = tbs(leaf);
        List<byte[]> extensions = new ArrayList<>();
        for (ExtensionDer extension : tbs.extensions()) {
            extensions.add(
                    extension.oid().equals(oid)
                            ? ExtensionDer.encode(oid, extension.criticality(), value)
                            : extension.whole().encoded());
        }
        return withTbs(leaf, tbs.withExtensions(extensions));
    }

    private static void assertRefused(byte[] leaf, Reason reason) {
        assertThat(derive(leaf))
                .isInstanceOfSatisfying(
                        NotMirrorable.class,
                        refused ->
                                assertThat(refused.reason())
                                        .as(refused.detail())
                                        .isEqualTo(reason));
    }

    private static Mirroring derive(byte[] leaf) {
        return MirrorRecipe.derive(
                leaf,
                KEY,
                ISSUER,
                ForgedChains.profile(Recipe.MIRROR),
                Epoch.at(NOW, ForgedChains.EPOCH_LENGTH));
    }

    private static byte[] der(CertificateSpec spec) {
        return PKI.issue(spec).chainDer().getFirst();
    }

    private static TbsMutation tbs(byte[] certificate) throws Exception {
        return new TbsMutation(DerElement.parse(certificate).children().getFirst().encoded());
    }

    /** With a signature that fits no more, which the recipe does not look at. */
    private static byte[] withTbs(byte[] certificate, byte[] tbs) throws Exception {
        List<DerElement> parts = DerElement.parse(certificate).children();
        return Der.sequence(tbs, parts.get(1).encoded(), parts.get(2).encoded());
    }
}

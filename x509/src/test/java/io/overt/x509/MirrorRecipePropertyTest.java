package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/**
 * Laws of the recipe over random leaves. The seed is the repetition's number, which the name of a
 * failing test shows. Read with BouncyCastle, which the recipe does not use, so that a fault in our
 * own DER does not judge itself.
 */
class MirrorRecipePropertyTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TestPki PKI = TestPki.at(NOW);
    private static final TestAuthority INSPECTION =
            TestAuthority.root(CertificateSpec.ca("Inspection CA"), NOW);
    private static final IssuingCa ISSUER =
            new IssuingCa(INSPECTION.certificate(), List.of(), List.of());
    private static final LeafPublicKey KEY = ForgedChains.freshLeafKey();
    private static final Epoch EPOCH = Epoch.at(NOW, ForgedChains.EPOCH_LENGTH);

    /** What docs/spec/mirror-recipe.md says is not kept. */
    private static final Set<String> NOT_KEPT =
            Set.of(
                    Oid.KEY_USAGE,
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.CRL_DISTRIBUTION_POINTS,
                    Oid.AUTHORITY_INFO_ACCESS,
                    Oid.SCT_LIST,
                    Oid.TLS_FEATURE);

    // checklist 57, 58
    @RepeatedTest(40)
    void what_is_kept_is_kept_to_the_byte_and_the_result_is_strict_DER(RepetitionInfo repetition)
            throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        byte[] upstream = randomLeaf(random).getEncoded();

        for (Recipe recipe : Recipe.values()) {
            TbsCertificateDer tbs = derive(upstream, ForgedChains.profile(recipe));

            ForgedChains.requireClean(tbs, KEY, ISSUER, ForgedChains.profile(recipe), EPOCH);
            assertThat(TBSCertificate.getInstance(tbs.der()).getEncoded(ASN1Encoding.DER))
                    .isEqualTo(tbs.der());
            TBSCertificate before = Certificate.getInstance(upstream).getTBSCertificate();
            TBSCertificate after = TBSCertificate.getInstance(tbs.der());
            assertThat(after.getSubject().getEncoded()).isEqualTo(before.getSubject().getEncoded());
            assertThat(after.getSubjectPublicKeyInfo().getEncoded()).isEqualTo(KEY.spki());
            assertThat(after.getExtensions().getCriticalExtensionOIDs())
                    .extracting(Object::toString)
                    .contains(Oid.KEY_USAGE);
            assertThat(last(after)).isEqualTo(InspectionMarker.OID);
            for (var oid : before.getExtensions().getExtensionOIDs()) {
                Extension kept = after.getExtensions().getExtension(oid);
                boolean keeps =
                        recipe == Recipe.STRICT
                                ? oid.getId().equals(Oid.SUBJECT_ALT_NAME)
                                : !NOT_KEPT.contains(oid.getId());
                if (keeps) {
                    assertThat(kept).as(oid.getId()).isNotNull();
                    assertThat(kept.getEncoded())
                            .as(oid.getId())
                            .isEqualTo(before.getExtensions().getExtension(oid).getEncoded());
                }
            }
            assertThat(KeyUsage.fromExtensions(after.getExtensions()))
                    .isEqualTo(new KeyUsage(KeyUsage.digitalSignature));
            assertThat(after.getExtensions().getExtension(Extension.certificatePolicies) == null)
                    .isEqualTo(
                            recipe == Recipe.STRICT
                                    || before.getExtensions()
                                                    .getExtension(Extension.certificatePolicies)
                                            == null);
            for (String dropped : List.of(Oid.SCT_LIST, Oid.TLS_FEATURE)) {
                assertThat(after.getExtensions().getExtension(new ASN1ObjectIdentifier(dropped)))
                        .isNull();
            }
        }
    }

    @RepeatedTest(10)
    void equal_inputs_give_equal_bytes_and_a_leaf_that_the_JDK_reads(RepetitionInfo repetition)
            throws Exception {
        byte[] upstream = randomLeaf(new Random(repetition.getCurrentRepetition())).getEncoded();

        TbsCertificateDer tbs = derive(upstream, ForgedChains.profile(Recipe.MIRROR));

        assertThat(derive(upstream.clone(), ForgedChains.profile(Recipe.MIRROR))).isEqualTo(tbs);
        X509Certificate forged = tbs.assemble(INSPECTION.sign(tbs.der()));
        forged.verify(INSPECTION.certificate().getPublicKey());
        assertThat(TbsCertificateDer.of(forged)).isEqualTo(tbs);
        assertThat(forged.getSerialNumber().signum()).isPositive();
        assertThat(forged.getSerialNumber().bitLength()).isLessThanOrEqualTo(128);
    }

    // checklist 53, 63
    @Test
    void each_input_changes_the_serial_and_each_but_the_issuer_changes_the_forge_key()
            throws Exception {
        KeyPair subjectKey = KeySpec.EC_P256.generate();
        X509Certificate leaf =
                PKI.issue(CertificateSpec.leaf("www.example.com").key(subjectKey)).certificate();
        X509Certificate otherLeaf =
                PKI.issue(CertificateSpec.leaf("www.example.org").key(subjectKey)).certificate();
        LeafPublicKey otherKey = ForgedChains.freshLeafKey();
        IssuingCa otherIssuer =
                new IssuingCa(
                        TestAuthority.root(CertificateSpec.ca("Inspection CA"), NOW).certificate(),
                        List.of(),
                        List.of());
        MirrorProfile profile = ForgedChains.profile(Recipe.STRICT);
        MirrorProfile otherOrganisation =
                new MirrorProfile(
                        profile.name(),
                        profile.recipe(),
                        "Other Ltd",
                        profile.noticeUrl(),
                        profile.maxLifetime(),
                        profile.epochLength(),
                        profile.epochGrace());
        Set<Object> serials = new HashSet<>();
        List<Mirroring> mirrorings =
                List.of(
                        MirrorRecipe.derive(leaf.getEncoded(), KEY, ISSUER, profile, EPOCH),
                        MirrorRecipe.derive(otherLeaf.getEncoded(), KEY, ISSUER, profile, EPOCH),
                        MirrorRecipe.derive(leaf.getEncoded(), otherKey, ISSUER, profile, EPOCH),
                        MirrorRecipe.derive(leaf.getEncoded(), KEY, otherIssuer, profile, EPOCH),
                        MirrorRecipe.derive(
                                leaf.getEncoded(), KEY, ISSUER, otherOrganisation, EPOCH),
                        MirrorRecipe.derive(leaf.getEncoded(), KEY, ISSUER, profile, EPOCH.next()),
                        MirrorRecipe.derive(
                                leaf.getEncoded(),
                                KEY,
                                ISSUER,
                                ForgedChains.profile(Recipe.MIRROR),
                                EPOCH));
        for (Mirroring mirroring : mirrorings) {
            TbsCertificateDer tbs = ForgedChains.mirrored(mirroring);
            serials.add(TBSCertificate.getInstance(tbs.der()).getSerialNumber().getValue());
        }
        assertThat(serials).hasSameSizeAs(mirrorings);

        ForgeKey forgeKey = ForgeKey.of(leaf, KEY, profile, EPOCH);
        assertThat(ForgeKey.of(leaf, KEY, profile, EPOCH)).isEqualTo(forgeKey);
        List<ForgeKey> others = new ArrayList<>();
        others.add(ForgeKey.of(otherLeaf, KEY, profile, EPOCH));
        others.add(ForgeKey.of(leaf, otherKey, profile, EPOCH));
        others.add(ForgeKey.of(leaf, KEY, profile, EPOCH.next()));
        for (MirrorProfile changed : changes(profile)) {
            others.add(ForgeKey.of(leaf, KEY, changed, EPOCH));
        }
        assertThat(others).doesNotHaveDuplicates().doesNotContain(forgeKey);
    }

    /** One profile for each component that can differ. */
    private static List<MirrorProfile> changes(MirrorProfile p) {
        Duration day = Duration.ofDays(1);
        return List.of(
                new MirrorProfile(
                        "other",
                        p.recipe(),
                        p.organisation(),
                        p.noticeUrl(),
                        p.maxLifetime(),
                        p.epochLength(),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        Recipe.MIRROR,
                        p.organisation(),
                        p.noticeUrl(),
                        p.maxLifetime(),
                        p.epochLength(),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        p.recipe(),
                        "Other",
                        p.noticeUrl(),
                        p.maxLifetime(),
                        p.epochLength(),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        p.recipe(),
                        p.organisation(),
                        "https://other.example/",
                        p.maxLifetime(),
                        p.epochLength(),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        p.recipe(),
                        p.organisation(),
                        p.noticeUrl(),
                        p.maxLifetime().plus(day),
                        p.epochLength(),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        p.recipe(),
                        p.organisation(),
                        p.noticeUrl(),
                        p.maxLifetime(),
                        p.epochLength().plus(day),
                        p.epochGrace()),
                new MirrorProfile(
                        p.name(),
                        p.recipe(),
                        p.organisation(),
                        p.noticeUrl(),
                        p.maxLifetime(),
                        p.epochLength(),
                        p.epochGrace().plus(day)));
    }

    private static TbsCertificateDer derive(byte[] upstream, MirrorProfile profile) {
        return ForgedChains.mirrored(MirrorRecipe.derive(upstream, KEY, ISSUER, profile, EPOCH));
    }

    private static String last(TBSCertificate tbs) {
        var oids = tbs.getExtensions().getExtensionOIDs();
        return oids[oids.length - 1].getId();
    }

    private static X509Certificate randomLeaf(Random random) {
        String[] names = new String[1 + random.nextInt(20)];
        for (int i = 0; i < names.length; i++) {
            names[i] =
                    switch (random.nextInt(4)) {
                        case 0 -> "*.n" + random.nextInt(1000) + ".example";
                        case 1 -> "192.0.2." + random.nextInt(256);
                        case 2 -> "2001:db8::" + Integer.toHexString(1 + random.nextInt(0xffff));
                        default -> "n" + random.nextInt(1000) + ".example";
                    };
        }
        CertificateSpec spec =
                CertificateSpec.leaf(names)
                        .key(random.nextBoolean() ? KeySpec.RSA_2048 : KeySpec.EC_P256)
                        .valid(
                                NOW.minus(Duration.ofSeconds(random.nextInt(100_000_000))),
                                NOW.plus(Duration.ofSeconds(1 + random.nextInt(100_000_000))));
        if (random.nextBoolean()) {
            spec.subject("C=DE,O=Örgänisation " + random.nextInt(100) + "+OU=x,CN=" + names[0]);
        }
        if (random.nextInt(4) == 0) {
            spec.subject("").namesCritical();
        }
        if (random.nextBoolean()) {
            spec.policies("2.23.140.1." + (1 + random.nextInt(3)));
        }
        if (random.nextBoolean()) {
            spec.scts(1 + random.nextInt(4));
        }
        if (random.nextBoolean()) {
            spec.mustStaple();
        }
        if (random.nextBoolean()) {
            spec.crl("http://crl.example/" + random.nextInt(100));
        }
        if (random.nextBoolean()) {
            spec.authorityInfo("http://ocsp.example", "http://ca.example/" + random.nextInt(100));
        }
        for (String oid : List.of(Oid.KEY_USAGE, Oid.EXTENDED_KEY_USAGE, Oid.BASIC_CONSTRAINTS)) {
            if (random.nextInt(3) == 0) {
                spec.without(oid);
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            byte[] opaque = new byte[random.nextInt(300)];
            random.nextBytes(opaque);
            spec.extension("1.3.6.1.4.1.55555." + i, false, opaque);
        }
        if (random.nextInt(3) == 0) {
            spec.withoutKeyIdentifiers();
        }
        TestIdentity identity = PKI.issue(spec);
        return identity.certificate();
    }
}

package io.overt.signer.defect;

import static io.overt.signer.defect.ListedDefect.defect;
import static io.overt.signer.defect.ListedDefect.keptByMirror;
import static io.overt.signer.defect.ListedDefect.onlyCompared;
import static io.overt.signer.defect.ListedDefect.raw;
import static io.overt.signer.defect.TbsEdit.explicit;
import static io.overt.signer.defect.TbsEdit.sequence;

import io.overt.x509.lint.LintRule;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Defects of the fields before the extensions. */
final class FieldDefects {
    private static final String OF_UPSTREAM = "what upstream's says is the evidence's to tell";

    private final X509Certificate issuer;
    private final Instant epochEnd;
    private final PublicKey upstreamKey;

    FieldDefects(X509Certificate issuer, Instant epochEnd, PublicKey upstreamKey) {
        this.issuer = issuer;
        this.epochEnd = epochEnd;
        this.upstreamKey = upstreamKey;
    }

    List<ListedDefect> list() {
        List<ListedDefect> all = new ArrayList<>();
        all.addAll(versionAndSerial());
        all.addAll(algorithmAndIssuer());
        all.addAll(validity());
        all.addAll(subject());
        all.addAll(key());
        return all;
    }

    private static List<ListedDefect> versionAndSerial() {
        return List.of(
                defect(
                        "RFC 5280 §4.1.2.1: version absent, so 1",
                        tbs -> tbs.without(TbsEdit.VERSION),
                        LintRule.VERSION),
                defect(
                        "RFC 5280 §4.1.2.1: version 1, though the default",
                        tbs -> tbs.with(TbsEdit.VERSION, explicit(0, new ASN1Integer(0))),
                        LintRule.VERSION),
                defect(
                        "RFC 5280 §4.1.2.1: version 2",
                        tbs -> tbs.with(TbsEdit.VERSION, explicit(0, new ASN1Integer(1))),
                        LintRule.VERSION),
                defect(
                        "RFC 5280 §4.1.2.1: version 4",
                        tbs -> tbs.with(TbsEdit.VERSION, explicit(0, new ASN1Integer(3))),
                        LintRule.VERSION),
                defect(
                        "RFC 5280 §4.1.2.1: version 256 + 3",
                        tbs -> tbs.with(TbsEdit.VERSION, explicit(0, new ASN1Integer(258))),
                        LintRule.DER),
                serial(
                        "RFC 5280 §4.1.2.2: serialNumber zero",
                        BigInteger.ZERO,
                        LintRule.SERIAL_NUMBER),
                serial(
                        "RFC 5280 §4.1.2.2: serialNumber negative",
                        BigInteger.valueOf(-5),
                        LintRule.SERIAL_NUMBER),
                serial(
                        "RFC 5280 §4.1.2.2: serialNumber of 21 octets",
                        BigInteger.ONE.shiftLeft(160),
                        LintRule.SERIAL_NUMBER),
                serial(
                        "DESIGN §4: serialNumber of another TBS",
                        BigInteger.ONE.shiftLeft(100),
                        LintRule.SERIAL_DIGEST),
                raw(
                        "X.690 §8.3.2: serialNumber with a superfluous zero",
                        tbs ->
                                TbsEdit.of(tbs)
                                        .with(TbsEdit.SERIAL, new byte[] {2, 3, 0, 1, 2})
                                        .raw(),
                        LintRule.DER),
                raw(
                        "X.690 §8.3.1: serialNumber without octets",
                        tbs -> TbsEdit.of(tbs).with(TbsEdit.SERIAL, new byte[] {2, 0}).raw(),
                        LintRule.DER));
    }

    private static ListedDefect serial(String name, BigInteger serial, LintRule rule) {
        return raw(
                name,
                tbs -> TbsEdit.of(tbs).with(TbsEdit.SERIAL, new ASN1Integer(serial)).raw(),
                rule);
    }

    private List<ListedDefect> algorithmAndIssuer() {
        X500Name name = X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
        return List.of(
                algorithm("ecdsa-with-SHA384", X9ObjectIdentifiers.ecdsa_with_SHA384),
                algorithm("ecdsa-with-SHA1", X9ObjectIdentifiers.ecdsa_with_SHA1),
                algorithm(
                        "sha256WithRSAEncryption",
                        PKCSObjectIdentifiers.sha256WithRSAEncryption,
                        DERNull.INSTANCE),
                algorithm(
                        "parameters NULL (RFC 5758 §3.2)",
                        X9ObjectIdentifiers.ecdsa_with_SHA256,
                        DERNull.INSTANCE),
                defect(
                        "RFC 5280 §4.1.2.4: another issuer",
                        tbs -> tbs.with(TbsEdit.ISSUER, new X500Name("CN=Another CA")),
                        LintRule.ISSUER),
                defect(
                        "RFC 5280 §4.1.2.4: another signer's issuer",
                        tbs -> tbs.with(TbsEdit.ISSUER, new X500Name("CN=Test Inspection CA 2")),
                        LintRule.ISSUER),
                defect(
                        "RFC 5280 §4.1.2.4: empty issuer",
                        tbs -> tbs.with(TbsEdit.ISSUER, new DERSequence()),
                        LintRule.ISSUER),
                defect(
                        "RFC 5280 §6.1.3: the issuer's name in other string types",
                        tbs -> tbs.with(TbsEdit.ISSUER, otherStrings(name)),
                        LintRule.ISSUER),
                defect(
                        "RFC 5280 §4.1.2.4: the issuer's name and one attribute more",
                        tbs -> tbs.with(TbsEdit.ISSUER, new X500Name(name + ",OU=More")),
                        LintRule.ISSUER));
    }

    private static ListedDefect algorithm(String name, ASN1Encodable... identifier) {
        return defect(
                "RFC 5280 §4.1.2.3: signature " + name,
                tbs -> tbs.with(TbsEdit.SIGNATURE, sequence(identifier)),
                LintRule.SIGNATURE_ALGORITHM);
    }

    private static DERSequence otherStrings(X500Name name) {
        return new DERSequence(
                Arrays.stream(name.getRDNs())
                        .map(
                                rdn -> {
                                    ASN1Encodable value = rdn.getFirst().getValue();
                                    ASN1Encodable other =
                                            value instanceof DERUTF8String
                                                    ? new DERPrintableString(value.toString())
                                                    : new DERUTF8String(value.toString());
                                    return new DERSet(sequence(rdn.getFirst().getType(), other));
                                })
                        .toArray(ASN1Encodable[]::new));
    }

    private List<ListedDefect> validity() {
        return List.of(
                onlyCompared(
                        "DESIGN §4: notBefore a second later",
                        tbs -> times(tbs, from(tbs).plusSeconds(1), to(tbs)),
                        OF_UPSTREAM),
                onlyCompared(
                        "DESIGN §4: notAfter a second earlier",
                        tbs -> times(tbs, from(tbs), to(tbs).minusSeconds(1)),
                        OF_UPSTREAM),
                defect(
                        "RFC 5280 §4.1.2.5: notAfter before notBefore",
                        tbs -> times(tbs, to(tbs), from(tbs)),
                        LintRule.VALIDITY_ORDER),
                defect(
                        "CHECKLIST 54: notAfter after the issuer's",
                        tbs ->
                                times(
                                        tbs,
                                        from(tbs),
                                        issuer.getNotAfter().toInstant().plusSeconds(1)),
                        LintRule.VALIDITY_IN_ISSUER),
                defect(
                        "Baseline Requirements §6.3.2: a life over the profile's cap",
                        tbs -> times(tbs, to(tbs).minus(Duration.ofDays(826)), to(tbs)),
                        LintRule.LIFETIME),
                keptByMirror(
                        "DESIGN §4: notAfter past the leaf key's epoch",
                        tbs -> times(tbs, from(tbs), epochEnd.plus(Duration.ofDays(2))),
                        LintRule.EPOCH,
                        "a mirrored leaf lives as long as upstream's"),
                keptByMirror(
                        "CHECKLIST 54: notBefore before the issuer's",
                        tbs ->
                                times(
                                        tbs,
                                        issuer.getNotBefore().toInstant().minusSeconds(1),
                                        to(tbs)),
                        LintRule.VALIDITY_IN_ISSUER,
                        "an issuer younger than the upstream's certificate is the normal case"),
                time("without seconds", 0x17, "2601020304Z"),
                time("with an offset", 0x17, "260102030405+0000"),
                time("with a lower-case z", 0x17, "260102030405z"),
                time("without Z", 0x17, "260102030405"),
                time("of the 30th of February", 0x17, "260230030405Z"),
                time("GeneralizedTime before 2050", 0x18, "20260102030405Z"),
                time("GeneralizedTime with a fraction", 0x18, "20260102030405.5Z"),
                time("that is an INTEGER", 0x02, "1"),
                raw(
                        "RFC 5280 §4.1.2.5: validity of three times",
                        tbs -> {
                            TbsEdit edit = TbsEdit.of(tbs);
                            ASN1Sequence two =
                                    ASN1Sequence.getInstance(edit.field(TbsEdit.VALIDITY));
                            return edit.with(
                                            TbsEdit.VALIDITY,
                                            sequence(
                                                    two.getObjectAt(0),
                                                    two.getObjectAt(1),
                                                    two.getObjectAt(1)))
                                    .resealed();
                        },
                        LintRule.DER));
    }

    private static ListedDefect time(String name, int tag, String text) {
        return defect(
                "RFC 5280 §4.1.2.5: a time " + name,
                tbs -> {
                    byte[] notAfter =
                            TbsEdit.der(
                                    ASN1Sequence.getInstance(tbs.field(TbsEdit.VALIDITY))
                                            .getObjectAt(1));
                    byte[] notBefore = TbsEdit.wrap(tag, text.getBytes(StandardCharsets.US_ASCII));
                    return tbs.with(
                            TbsEdit.VALIDITY,
                            TbsEdit.wrap(0x30, TbsEdit.join(List.of(notBefore, notAfter))));
                },
                LintRule.TIME_FORM);
    }

    private static Instant from(TbsEdit tbs) {
        return instant(tbs, 0);
    }

    private static Instant to(TbsEdit tbs) {
        return instant(tbs, 1);
    }

    private static Instant instant(TbsEdit tbs, int index) {
        return Time.getInstance(
                        ASN1Sequence.getInstance(tbs.field(TbsEdit.VALIDITY)).getObjectAt(index))
                .getDate()
                .toInstant();
    }

    private static TbsEdit times(TbsEdit tbs, Instant from, Instant to) {
        return tbs.with(
                TbsEdit.VALIDITY, TbsEdit.wrap(0x30, TbsEdit.join(List.of(time(from), time(to)))));
    }

    /** To the second, in the form of its year. */
    private static byte[] time(Instant time) {
        boolean utc = time.atZone(ZoneOffset.UTC).getYear() < 2050;
        String text =
                DateTimeFormatter.ofPattern((utc ? "yy" : "yyyy") + "MMddHHmmss'Z'")
                        .withZone(ZoneOffset.UTC)
                        .format(time);
        return TbsEdit.wrap(utc ? 0x17 : 0x18, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<ListedDefect> subject() {
        return List.of(
                onlyCompared(
                        "DESIGN §4: another subject",
                        tbs -> tbs.with(TbsEdit.SUBJECT, new X500Name("CN=bank.example")),
                        OF_UPSTREAM),
                defect(
                        "RFC 5280 §4.1.2.6: no subject, names not critical",
                        tbs -> tbs.with(TbsEdit.SUBJECT, new DERSequence()),
                        LintRule.SUBJECT_ALT_NAME_CRITICAL),
                defect(
                        "RFC 5280 §4.1.2.4: a relative name without an attribute",
                        tbs -> tbs.with(TbsEdit.SUBJECT, sequence(new DERSet())),
                        LintRule.SUBJECT),
                defect(
                        "RFC 5280 §4.1.2.4: an attribute of three parts",
                        tbs ->
                                tbs.with(
                                        TbsEdit.SUBJECT,
                                        sequence(
                                                new DERSet(
                                                        sequence(
                                                                BCStyle.CN,
                                                                new DERUTF8String("a"),
                                                                new DERUTF8String("b"))))),
                        LintRule.SUBJECT),
                defect(
                        "RFC 5280 §4.1.2.4: a relative name that is a sequence",
                        tbs ->
                                tbs.with(
                                        TbsEdit.SUBJECT,
                                        sequence(
                                                sequence(
                                                        sequence(
                                                                BCStyle.CN,
                                                                new DERUTF8String("a"))))),
                        LintRule.SUBJECT),
                raw(
                        "X.690 §11.6: a set that is not sorted",
                        tbs -> {
                            byte[] cn = TbsEdit.der(sequence(BCStyle.CN, new DERUTF8String("a")));
                            byte[] ou = TbsEdit.der(sequence(BCStyle.OU, new DERUTF8String("a")));
                            return TbsEdit.of(tbs)
                                    .with(
                                            TbsEdit.SUBJECT,
                                            TbsEdit.wrap(
                                                    0x30,
                                                    TbsEdit.wrap(
                                                            0x31, TbsEdit.join(List.of(ou, cn)))))
                                    .resealed();
                        },
                        LintRule.DER));
    }

    private List<ListedDefect> key() {
        byte[] point = generated("EC", "secp256r1").getEncoded();
        SubjectPublicKeyInfo p256 = SubjectPublicKeyInfo.getInstance(point);
        byte[] uncompressed = p256.getPublicKeyData().getOctets();
        byte[] compressed = Arrays.copyOf(uncompressed, 33);
        compressed[0] = (byte) (2 + (uncompressed[64] & 1));
        byte[] offCurve = uncompressed.clone();
        offCurve[64] ^= 1;
        DERBitString id = new DERBitString(new byte[] {1});
        return List.of(
                key("DESIGN §6: a key that nobody enrolled", p256, LintRule.KEY_ENROLLED),
                key(
                        "DESIGN §4: upstream's own key",
                        SubjectPublicKeyInfo.getInstance(upstreamKey.getEncoded()),
                        LintRule.KEY_ENROLLED),
                key(
                        "CHECKLIST 60: the issuing CA's key",
                        SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded()),
                        LintRule.KEY_OF_A_CA),
                key(
                        "DESIGN §6: an RSA key",
                        SubjectPublicKeyInfo.getInstance(generated("RSA", "").getEncoded()),
                        LintRule.KEY_FORM),
                key(
                        "DESIGN §6: a P-384 key",
                        SubjectPublicKeyInfo.getInstance(generated("EC", "secp384r1").getEncoded()),
                        LintRule.KEY_FORM),
                key(
                        "DESIGN §6: an Ed25519 key",
                        SubjectPublicKeyInfo.getInstance(generated("Ed25519", "").getEncoded()),
                        LintRule.KEY_FORM),
                key("RFC 5480 §2.2: a compressed point", ec(compressed), LintRule.KEY_FORM),
                key("RFC 5480 §2.2: a point off the curve", ec(offCurve), LintRule.KEY_FORM),
                key("SEC 1 §2.3.3: the point at infinity", ec(new byte[] {0}), LintRule.KEY_FORM),
                key(
                        "RFC 5480 §2.1.1: a curve by its parameters",
                        sequence(
                                sequence(
                                        X9ObjectIdentifiers.id_ecPublicKey,
                                        ECNamedCurveTable.getByName("P-256")),
                                new DERBitString(uncompressed)),
                        LintRule.KEY_FORM),
                key(
                        "RFC 5480 §2.1.1: a curve that the issuer implies",
                        sequence(
                                sequence(X9ObjectIdentifiers.id_ecPublicKey, DERNull.INSTANCE),
                                new DERBitString(uncompressed)),
                        LintRule.KEY_FORM),
                key(
                        "RFC 5480 §2.1.2: a key for id-ecDH alone",
                        sequence(
                                sequence(
                                        new ASN1ObjectIdentifier("1.3.132.1.12"),
                                        X9ObjectIdentifiers.prime256v1),
                                new DERBitString(uncompressed)),
                        LintRule.KEY_FORM),
                defect(
                        "RFC 5280 §4.1.2.8: an issuerUniqueID",
                        tbs -> tbs.inserted(TbsEdit.EXTENSIONS, new DERTaggedObject(false, 1, id)),
                        LintRule.UNIQUE_ID),
                defect(
                        "RFC 5280 §4.1.2.8: a subjectUniqueID",
                        tbs -> tbs.inserted(TbsEdit.EXTENSIONS, new DERTaggedObject(false, 2, id)),
                        LintRule.UNIQUE_ID));
    }

    private static ListedDefect key(String name, ASN1Encodable spki, LintRule rule) {
        return defect(name, tbs -> tbs.with(TbsEdit.KEY, spki), rule);
    }

    private static DERSequence ec(byte[] point) {
        return sequence(
                sequence(X9ObjectIdentifiers.id_ecPublicKey, X9ObjectIdentifiers.prime256v1),
                new DERBitString(point));
    }

    private static PublicKey generated(String algorithm, String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (!curve.isEmpty()) {
                generator.initialize(new ECGenParameterSpec(curve));
            }
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

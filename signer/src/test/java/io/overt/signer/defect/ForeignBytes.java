package io.overt.signer.defect;

import static io.overt.signer.defect.ListedDefect.raw;
import static io.overt.signer.defect.TbsEdit.explicit;
import static io.overt.signer.defect.TbsEdit.sequence;

import io.overt.x509.lint.LintRule;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * What a key that signs anything would sign, and is no TBSCertificate: requests, lists, responses,
 * digests; and encodings of a TBS that are no DER.
 */
final class ForeignBytes {
    private static final DERSequence ALGORITHM =
            new DERSequence(X9ObjectIdentifiers.ecdsa_with_SHA256);

    private final X509Certificate issuer;
    private final X509Certificate upstream;

    ForeignBytes(X509Certificate issuer, X509Certificate upstream) {
        this.issuer = issuer;
        this.upstream = upstream;
    }

    List<ListedDefect> list() {
        X500Name name = X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
        ASN1Encodable key = encoded(upstream.getPublicKey().getEncoded());
        DERBitString signature = new DERBitString(new byte[70]);
        DERSequence request =
                sequence(
                        new ASN1Integer(0),
                        new X500Name("CN=www.origin.example"),
                        key,
                        new DERTaggedObject(false, 0, new DERSet()));
        DERSequence list =
                sequence(
                        new ASN1Integer(1),
                        ALGORITHM,
                        name,
                        new ASN1UTCTime("261128070000Z"),
                        new ASN1UTCTime("361128070000Z"));
        DERSequence response =
                sequence(
                        explicit(1, name),
                        new ASN1GeneralizedTime("20261128070000Z"),
                        new DERSequence());
        byte[] digest = TbsEdit.sha256(TbsEdit.der(request));
        List<ListedDefect> all = new ArrayList<>();
        all.add(foreign("a whole certificate", der(upstream)));
        all.add(foreign("the issuing CA's certificate", der(issuer)));
        all.add(
                foreign(
                        "the TBS of a CA of the same name",
                        TbsEdit.of(tbs(issuer)).raw(),
                        LintRule.BASIC_CONSTRAINTS));
        all.add(
                foreign(
                        "upstream's TBS as it is",
                        TbsEdit.of(tbs(upstream)).raw(),
                        LintRule.ISSUER));
        all.add(foreign("RFC 2986: a CertificationRequestInfo", TbsEdit.der(request)));
        all.add(foreign("RFC 2986: a CSR", TbsEdit.der(sequence(request, ALGORITHM, signature))));
        all.add(
                foreign(
                        "RFC 4211: a CertReqMessage",
                        TbsEdit.der(
                                sequence(
                                        sequence(
                                                new ASN1Integer(1),
                                                sequence(new DERTaggedObject(false, 5, name)))))));
        all.add(foreign("RFC 5280 §5.1.2: a TBSCertList", TbsEdit.der(list)));
        all.add(foreign("RFC 5280 §5.1: a CRL", TbsEdit.der(sequence(list, ALGORITHM, signature))));
        all.add(foreign("RFC 6960 §4.2.1: a ResponseData", TbsEdit.der(response)));
        all.add(
                foreign(
                        "RFC 6960 §4.2.1: an OCSPResponse",
                        TbsEdit.der(
                                sequence(
                                        new ASN1Enumerated(0),
                                        explicit(
                                                0,
                                                sequence(
                                                        new ASN1ObjectIdentifier(
                                                                "1.3.6.1.5.5.7.48.1.1"),
                                                        new DEROctetString(
                                                                TbsEdit.der(response))))))));
        all.add(
                foreign(
                        "RFC 5652 §5.4: attributes of a SignedData",
                        TbsEdit.der(
                                new DERSet(
                                        sequence(
                                                PKCSObjectIdentifiers.pkcs_9_at_messageDigest,
                                                new DERSet(new DEROctetString(digest)))))));
        all.add(foreign("a bare SHA-256", digest));
        all.add(foreign("a SHA-256 as an OCTET STRING", TbsEdit.wrap(4, digest)));
        all.add(
                foreign(
                        "RFC 8017 §9.2: a DigestInfo",
                        TbsEdit.der(
                                sequence(
                                        sequence(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE),
                                        new DEROctetString(digest)))));
        all.add(
                foreign(
                        "RFC 8446 §4.4.3: the content of a CertificateVerify",
                        TbsEdit.join(
                                List.of(
                                        new byte[64],
                                        text("TLS 1.3, server CertificateVerify\0"),
                                        digest))));
        all.add(foreign("RFC 7515: a token", text("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0")));
        all.add(foreign("a checkpoint of a log", text("signer.example/log\n1\nAAAA\n")));
        all.add(foreign("a SubjectPublicKeyInfo", upstream.getPublicKey().getEncoded()));
        for (int seed = 1; seed <= 3; seed++) {
            byte[] random = new byte[400];
            new Random(seed).nextBytes(random);
            all.add(foreign("random bytes, seed " + seed, random.clone()));
            random[0] = 0x30;
            random[1] = (byte) 0x82;
            random[2] = 1;
            random[3] = (byte) 0x8c;
            all.add(foreign("a SEQUENCE of random bytes, seed " + seed, random));
        }
        all.addAll(encodings());
        return all;
    }

    private static List<ListedDefect> encodings() {
        return List.of(
                raw(
                        "X.690 §8.1: a byte behind it",
                        tbs -> Arrays.copyOf(tbs, tbs.length + 1),
                        LintRule.DER),
                raw(
                        "X.690 §8.1: a byte less",
                        tbs -> Arrays.copyOf(tbs, tbs.length - 1),
                        LintRule.DER),
                raw(
                        "X.690 §10.1: a length in more octets than it needs",
                        tbs ->
                                TbsEdit.join(
                                        List.of(
                                                new byte[] {0x30, (byte) 0x83, 0},
                                                Arrays.copyOfRange(tbs, 2, tbs.length))),
                        LintRule.DER),
                raw(
                        "X.690 §10.1: an indefinite length",
                        tbs ->
                                TbsEdit.join(
                                        List.of(
                                                new byte[] {0x30, (byte) 0x80},
                                                Arrays.copyOfRange(tbs, 4, tbs.length),
                                                new byte[2])),
                        LintRule.DER),
                raw(
                        "X.690 §10.2: an OCTET STRING in pieces",
                        tbs -> {
                            TbsEdit edit = TbsEdit.of(tbs);
                            List<byte[]> extensions = new ArrayList<>();
                            for (var extension : edit.extensions()) {
                                extensions.add(
                                        TbsEdit.wrap(
                                                0x30,
                                                TbsEdit.join(
                                                        List.of(
                                                                TbsEdit.der(extension.getExtnId()),
                                                                TbsEdit.wrap(
                                                                        0x24,
                                                                        TbsEdit.der(
                                                                                extension
                                                                                        .getExtnValue()))))));
                            }
                            return edit.encodedExtensions(extensions).resealed();
                        },
                        LintRule.DER),
                raw(
                        "X.690 §8.19: an object identifier with a superfluous octet",
                        tbs -> {
                            TbsEdit edit = TbsEdit.of(tbs);
                            return edit.with(
                                            TbsEdit.SIGNATURE,
                                            TbsEdit.wrap(
                                                    0x30, new byte[] {6, 3, 0x2a, (byte) 0x80, 1}))
                                    .resealed();
                        },
                        LintRule.DER),
                raw("a TBS in a SEQUENCE of its own", tbs -> TbsEdit.wrap(0x30, tbs), LintRule.DER),
                raw("a TBS twice", tbs -> TbsEdit.join(List.of(tbs, tbs)), LintRule.DER),
                raw(
                        "RFC 7468: a TBS in PEM",
                        tbs ->
                                text(
                                        "-----BEGIN CERTIFICATE-----\n"
                                                + Base64.getMimeEncoder().encodeToString(tbs)),
                        LintRule.DER),
                raw("a TBS with nothing in it", _ -> new byte[] {0x30, 0}, LintRule.DER),
                raw(
                        "sequences forty deep",
                        _ -> {
                            byte[] nested = {0x30, 0};
                            for (int i = 0; i < 40; i++) {
                                nested = TbsEdit.wrap(0x30, nested);
                            }
                            return nested;
                        },
                        LintRule.DER));
    }

    private static ListedDefect foreign(String name, byte[] bytes) {
        return foreign(name, bytes, LintRule.DER);
    }

    private static ListedDefect foreign(String name, byte[] bytes, LintRule rule) {
        return raw(name, _ -> bytes, rule);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ASN1Encodable encoded(byte[] der) {
        return ASN1Sequence.getInstance(der);
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] tbs(X509Certificate certificate) {
        try {
            return certificate.getTBSCertificate();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}

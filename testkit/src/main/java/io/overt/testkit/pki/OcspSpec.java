package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.ResponseData;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.ContentSigner;
import org.jspecify.annotations.Nullable;

/**
 * An OCSP response to be signed. Each method changes this spec and returns it; what is not said is
 * what a public CA's responder would answer today: by the issuer's own key, an hour old, good for
 * seven days. Not thread-safe.
 */
public final class OcspSpec {
    private static final String SHA_1 = "1.3.14.3.2.26";
    private static final String SHA_256 = "2.16.840.1.101.3.4.2.1";

    private final Instant now;
    private final List<Answer> answers = new ArrayList<>();
    private final List<X509Certificate> shown = new ArrayList<>();
    private Optional<TestIdentity> responder = Optional.empty();
    private Optional<X509Certificate> claimedResponder = Optional.empty();
    private Optional<String> signatureAlgorithm = Optional.empty();
    private Optional<Extension> responseExtension = Optional.empty();
    private Optional<Extension> singleExtension = Optional.empty();
    private Optional<X509Certificate> otherIssuer = Optional.empty();
    private Instant thisUpdate;
    private Optional<Instant> nextUpdate;
    private Instant producedAt;
    private String responseType = OCSPObjectIdentifiers.id_pkix_ocsp_basic.getId();
    private String hash = SHA_1;
    private boolean byName;
    private boolean tampered;

    private record Answer(BigInteger serial, CertStatus status) {}

    private OcspSpec(Instant now) {
        this.now = now;
        this.thisUpdate = now.minus(Duration.ofHours(1));
        this.producedAt = thisUpdate;
        this.nextUpdate = Optional.of(now.plus(Duration.ofDays(7)));
    }

    /** Fresh at {@code now}, about nothing yet. */
    public static OcspSpec at(Instant now) {
        return new OcspSpec(now);
    }

    /** The DER of an answer that is only a status, as errors are; 3 is tryLater. */
    public static byte[] error(int status) {
        return encoded(new OCSPResponse(new OCSPResponseStatus(status), null));
    }

    public OcspSpec good(X509Certificate certificate) {
        answers.add(new Answer(certificate.getSerialNumber(), new CertStatus()));
        return this;
    }

    /** Revoked since yesterday, for key compromise. */
    public OcspSpec revoked(X509Certificate certificate) {
        RevokedInfo info =
                new RevokedInfo(
                        time(now.minus(Duration.ofDays(1))),
                        CRLReason.lookup(CRLReason.keyCompromise));
        answers.add(new Answer(certificate.getSerialNumber(), new CertStatus(info)));
        return this;
    }

    public OcspSpec unknown(X509Certificate certificate) {
        answers.add(new Answer(certificate.getSerialNumber(), new CertStatus(2, DERNull.INSTANCE)));
        return this;
    }

    /** Names certificates by SHA-256 instead of SHA-1. */
    public OcspSpec sha256() {
        this.hash = SHA_256;
        return this;
    }

    /** Names certificates by a hash that is none, and says it is this one. */
    public OcspSpec hash(String oid) {
        this.hash = oid;
        return this;
    }

    /** The answers are about certificates of this issuer instead. */
    public OcspSpec ofIssuer(X509Certificate other) {
        this.otherIssuer = Optional.of(other);
        return this;
    }

    /** Signed by this responder, which is shown in the response. */
    public OcspSpec by(TestIdentity delegated) {
        this.responder = Optional.of(delegated);
        return show(delegated.certificate());
    }

    /** Signed by this responder, which is not shown. */
    public OcspSpec byHidden(TestIdentity delegated) {
        this.responder = Optional.of(delegated);
        return this;
    }

    /** Claims to be by this one, whoever signs. */
    public OcspSpec claiming(X509Certificate other) {
        this.claimedResponder = Optional.of(other);
        return this;
    }

    /** Shows a certificate. */
    public OcspSpec show(X509Certificate certificate) {
        shown.add(certificate);
        return this;
    }

    /** The responder names itself by its name instead of its key. */
    public OcspSpec byName() {
        this.byName = true;
        return this;
    }

    public OcspSpec thisUpdate(Instant when) {
        this.thisUpdate = when;
        return this;
    }

    public OcspSpec nextUpdate(Instant when) {
        this.nextUpdate = Optional.of(when);
        return this;
    }

    public OcspSpec withoutNextUpdate() {
        this.nextUpdate = Optional.empty();
        return this;
    }

    public OcspSpec producedAt(Instant when) {
        this.producedAt = when;
        return this;
    }

    public OcspSpec signedWith(String algorithm) {
        this.signatureAlgorithm = Optional.of(algorithm);
        return this;
    }

    public OcspSpec responseType(String oid) {
        this.responseType = oid;
        return this;
    }

    /** An unknown extension of the whole response. */
    public OcspSpec responseExtension(boolean critical) {
        this.responseExtension = Optional.of(unknownExtension(critical));
        return this;
    }

    /** Each answer with these SCTs of logs (RFC 6962 §3.3). */
    public OcspSpec scts(byte[]... scts) {
        try {
            this.singleExtension =
                    Optional.of(
                            new Extension(
                                    new ASN1ObjectIdentifier("1.3.6.1.4.1.11129.2.4.5"),
                                    false,
                                    TestLog.listOf(List.of(scts))
                                            .toASN1Primitive()
                                            .getEncoded(ASN1Encoding.DER)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** An unknown extension of each single response. */
    public OcspSpec singleExtension(boolean critical) {
        this.singleExtension = Optional.of(unknownExtension(critical));
        return this;
    }

    /** Something in it is changed after it was signed. */
    public OcspSpec tampered() {
        this.tampered = true;
        return this;
    }

    byte[] encode(TestAuthority authority) {
        ContentSigner signer =
                TestAuthority.signer(
                        responder.map(TestIdentity::privateKey).orElse(authority.privateKey()),
                        signatureAlgorithm);
        X509Certificate speaker =
                claimedResponder.orElseGet(
                        () ->
                                responder
                                        .map(TestIdentity::certificate)
                                        .orElse(authority.certificate()));
        ResponseData data =
                new ResponseData(
                        id(speaker),
                        time(producedAt),
                        responses(otherIssuer.orElse(authority.certificate())),
                        responseExtension.map(Extensions::new).orElse(null));
        try {
            signer.getOutputStream().write(encoded(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] signature = signer.getSignature();
        if (tampered) {
            signature[signature.length - 1] ^= 1;
        }
        BasicOCSPResponse basic =
                new BasicOCSPResponse(
                        data,
                        signer.getAlgorithmIdentifier(),
                        new DERBitString(signature),
                        shown());
        return encoded(
                new OCSPResponse(
                        new OCSPResponseStatus(OCSPResponseStatus.SUCCESSFUL),
                        new ResponseBytes(
                                new ASN1ObjectIdentifier(responseType),
                                new DEROctetString(encoded(basic)))));
    }

    private DERSequence responses(X509Certificate issuer) {
        ASN1EncodableVector responses = new ASN1EncodableVector();
        for (Answer answer : answers) {
            responses.add(
                    new SingleResponse(
                            certId(issuer, answer.serial()),
                            answer.status(),
                            time(thisUpdate),
                            nextUpdate.map(OcspSpec::time).orElse(null),
                            singleExtension.map(Extensions::new).orElse(null)));
        }
        return new DERSequence(responses);
    }

    private CertID certId(X509Certificate issuer, BigInteger serial) {
        String algorithm = hash.equals(SHA_256) ? "SHA-256" : "SHA-1";
        return new CertID(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(hash), DERNull.INSTANCE),
                new DEROctetString(
                        digest(algorithm, issuer.getSubjectX500Principal().getEncoded())),
                new DEROctetString(digest(algorithm, keyBits(issuer.getPublicKey()))),
                new ASN1Integer(serial));
    }

    private ResponderID id(X509Certificate speaker) {
        return byName
                ? new ResponderID(
                        X500Name.getInstance(speaker.getSubjectX500Principal().getEncoded()))
                : new ResponderID(
                        new DEROctetString(digest("SHA-1", keyBits(speaker.getPublicKey()))));
    }

    private @Nullable ASN1Sequence shown() {
        if (shown.isEmpty()) {
            return null;
        }
        ASN1EncodableVector certificates = new ASN1EncodableVector();
        for (X509Certificate certificate : shown) {
            try {
                certificates.add(Certificate.getInstance(certificate.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("certificate without an encoding", e);
            }
        }
        return new DERSequence(certificates);
    }

    private static Extension unknownExtension(boolean critical) {
        return new Extension(
                new ASN1ObjectIdentifier(CertificateSpec.UNKNOWN_EXTENSION),
                critical,
                encoded(DERNull.INSTANCE));
    }

    private static byte[] keyBits(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getBytes();
    }

    private static byte[] digest(String algorithm, byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks " + algorithm, e);
        }
    }

    private static ASN1GeneralizedTime time(Instant when) {
        return new ASN1GeneralizedTime(Date.from(when));
    }

    private static byte[] encoded(ASN1Object value) {
        try {
            return value.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.operator.ContentSigner;

/**
 * A CRL to be signed. Each method changes this spec and returns it; what is not said is what a
 * public CA would issue today: version 2, an hour old, good for seven days. The fields are put
 * together by hand, so that each can be wrong. Not thread-safe.
 */
public final class CrlSpec {
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Instant now;
    private final List<ASN1Encodable> entries = new ArrayList<>();
    private final Map<String, Extension> extensions = new LinkedHashMap<>();
    private Optional<Integer> version = Optional.of(1);
    private Optional<X500Name> issuer = Optional.empty();
    private Optional<String> signatureAlgorithm = Optional.empty();
    private Optional<AlgorithmIdentifier> innerAlgorithm = Optional.empty();
    private Instant thisUpdate;
    private Optional<Instant> nextUpdate;
    private boolean generalizedTime;
    private boolean authorityKeyIdentifier = true;
    private boolean emptyList;
    private boolean tampered;

    private CrlSpec(Instant now) {
        this.now = now;
        this.thisUpdate = now.minus(Duration.ofHours(1));
        this.nextUpdate = Optional.of(now.plus(Duration.ofDays(7)));
        extension("2.5.29.20", false, new CRLNumber(BigInteger.valueOf(7)));
    }

    /** Fresh at {@code now}, listing nothing. */
    public static CrlSpec at(Instant now) {
        return new CrlSpec(now);
    }

    /** Lists a certificate, since yesterday, without a reason. */
    public CrlSpec revoke(X509Certificate certificate) {
        return revoke(certificate.getSerialNumber());
    }

    /** Lists a serial number, since yesterday, without a reason. */
    public CrlSpec revoke(BigInteger serial) {
        return revoke(serial, now.minus(Duration.ofDays(1)));
    }

    /** Lists a serial number with extensions of the entry. */
    public CrlSpec revoke(BigInteger serial, Instant when, Extension... ofEntry) {
        ASN1EncodableVector entry = new ASN1EncodableVector();
        entry.add(new ASN1Integer(serial));
        entry.add(time(when));
        if (ofEntry.length > 0) {
            entry.add(new DERSequence(ofEntry));
        }
        entries.add(new DERSequence(entry));
        return this;
    }

    /** The entry extension reasonCode; 8 is removeFromCRL. */
    public static Extension reason(int code) {
        return entryExtension("2.5.29.21", false, new ASN1Enumerated(code));
    }

    /** Any entry extension. */
    public static Extension entryExtension(String oid, boolean critical, ASN1Encodable value) {
        return new Extension(new ASN1ObjectIdentifier(oid), critical, encoded(value));
    }

    /** An entry as it stands. */
    public CrlSpec entry(ASN1Encodable entry) {
        entries.add(entry);
        return this;
    }

    public CrlSpec thisUpdate(Instant when) {
        this.thisUpdate = when;
        return this;
    }

    public CrlSpec nextUpdate(Instant when) {
        this.nextUpdate = Optional.of(when);
        return this;
    }

    public CrlSpec withoutNextUpdate() {
        this.nextUpdate = Optional.empty();
        return this;
    }

    /** Writes thisUpdate and nextUpdate as GeneralizedTime, whatever the year. */
    public CrlSpec generalizedTime() {
        this.generalizedTime = true;
        return this;
    }

    /** The number in the field; 1 is version 2. */
    public CrlSpec version(int number) {
        this.version = Optional.of(number);
        return this;
    }

    public CrlSpec withoutVersion() {
        this.version = Optional.empty();
        return this;
    }

    /** In another's name than the signer's. */
    public CrlSpec issuer(X509Certificate other) {
        this.issuer =
                Optional.of(X500Name.getInstance(other.getSubjectX500Principal().getEncoded()));
        return this;
    }

    public CrlSpec signedWith(String algorithm) {
        this.signatureAlgorithm = Optional.of(algorithm);
        return this;
    }

    /** What the signed part claims to be signed with. */
    public CrlSpec claimsAlgorithm(String oid) {
        this.innerAlgorithm = Optional.of(new AlgorithmIdentifier(new ASN1ObjectIdentifier(oid)));
        return this;
    }

    /** revokedCertificates is there, and empty. */
    public CrlSpec emptyList() {
        this.emptyList = true;
        return this;
    }

    /** Something in it is changed after it was signed. */
    public CrlSpec tampered() {
        this.tampered = true;
        return this;
    }

    public CrlSpec withoutAuthorityKeyIdentifier() {
        this.authorityKeyIdentifier = false;
        return this;
    }

    /** Adds or replaces an extension. */
    public CrlSpec extension(String oid, boolean critical, ASN1Encodable value) {
        extensions.put(oid, new Extension(new ASN1ObjectIdentifier(oid), critical, encoded(value)));
        return this;
    }

    /** Leaves an extension out; 2.5.29.20 is CRLNumber. */
    public CrlSpec without(String oid) {
        extensions.remove(oid);
        return this;
    }

    /** An issuing distribution point for one kind of certificates. */
    public CrlSpec only(Kind kind) {
        return distributionPoint(
                new IssuingDistributionPoint(
                        null,
                        kind == Kind.USER,
                        kind == Kind.CA,
                        null,
                        kind == Kind.INDIRECT,
                        kind == Kind.ATTRIBUTE));
    }

    /** What an issuing distribution point can say that a CRL is about. */
    public enum Kind {
        USER,
        CA,
        ATTRIBUTE,
        INDIRECT
    }

    /** An issuing distribution point with this name. */
    public CrlSpec distributionPoint(String url) {
        return distributionPoint(new GeneralName(GeneralName.uniformResourceIdentifier, url));
    }

    /** An issuing distribution point with these names. */
    public CrlSpec distributionPoint(GeneralName... names) {
        return distributionPoint(
                new IssuingDistributionPoint(
                        new DistributionPointName(new GeneralNames(names)),
                        false,
                        false,
                        null,
                        false,
                        false));
    }

    /** A CRL by key compromise only. */
    public CrlSpec onlySomeReasons() {
        return distributionPoint(
                new IssuingDistributionPoint(
                        null,
                        false,
                        false,
                        new ReasonFlags(ReasonFlags.keyCompromise),
                        false,
                        false));
    }

    private CrlSpec distributionPoint(IssuingDistributionPoint point) {
        return extension("2.5.29.28", true, point);
    }

    byte[] encode(TestAuthority authority) {
        ContentSigner signer = TestAuthority.signer(authority.privateKey(), signatureAlgorithm);
        ASN1EncodableVector fields = new ASN1EncodableVector();
        version.ifPresent(number -> fields.add(new ASN1Integer(number)));
        fields.add(innerAlgorithm.orElse(signer.getAlgorithmIdentifier()));
        fields.add(
                issuer.orElseGet(
                        () ->
                                X500Name.getInstance(
                                        authority
                                                .certificate()
                                                .getSubjectX500Principal()
                                                .getEncoded())));
        fields.add(time(thisUpdate));
        nextUpdate.ifPresent(when -> fields.add(time(when)));
        if (!entries.isEmpty() || emptyList) {
            fields.add(new DERSequence(entries.toArray(ASN1Encodable[]::new)));
        }
        List<Extension> all = new ArrayList<>(extensions.values());
        if (authorityKeyIdentifier) {
            all.add(keyIdentifier(authority.certificate()));
        }
        if (!all.isEmpty()) {
            fields.add(new DERTaggedObject(0, new DERSequence(all.toArray(Extension[]::new))));
        }
        byte[] signed = encoded(new DERSequence(fields));
        try {
            signer.getOutputStream().write(signed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] signature = signer.getSignature();
        if (tampered) {
            signature[signature.length - 1] ^= 1;
        }
        return encoded(
                new DERSequence(
                        new ASN1Encodable[] {
                            new DERSequence(fields),
                            signer.getAlgorithmIdentifier(),
                            new DERBitString(signature)
                        }));
    }

    private static Extension keyIdentifier(X509Certificate issuer) {
        byte[] stored = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        byte[] octets = ASN1OctetString.getInstance(stored).getOctets();
        return new Extension(
                Extension.authorityKeyIdentifier,
                false,
                encoded(
                        new AuthorityKeyIdentifier(
                                SubjectKeyIdentifier.getInstance(octets).getKeyIdentifier())));
    }

    private ASN1Encodable time(Instant when) {
        return generalizedTime
                ? new DERGeneralizedTime(GENERALIZED.format(when))
                : new DERUTCTime(UTC.format(when));
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

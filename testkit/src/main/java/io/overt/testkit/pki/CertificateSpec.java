package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.jspecify.annotations.Nullable;

/**
 * A certificate to be issued. Each method changes this spec and returns it; what is not said is
 * what a public CA would issue today. Not thread-safe.
 */
public final class CertificateSpec {
    /** An extension that no verifier knows. */
    public static final String UNKNOWN_EXTENSION = "1.3.6.1.4.1.55555.99.1";

    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    private static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";
    private static final String CT_POISON = "1.3.6.1.4.1.11129.2.4.3";

    /** In the order in which they are encoded. */
    final Map<String, Extension> extensions = new LinkedHashMap<>();

    final List<GeneralName> names = new ArrayList<>();
    String subject;
    boolean namesCritical;
    boolean keyIdentifiers = true;
    KeySpec key = KeySpec.EC_P256;
    Optional<KeyPair> keyPair = Optional.empty();
    Optional<PublicKey> publicKey = Optional.empty();
    Optional<Instant> notBefore = Optional.empty();
    Optional<Instant> notAfter = Optional.empty();
    Optional<String> signatureAlgorithm = Optional.empty();
    Optional<BigInteger> serial = Optional.empty();
    Optional<byte[]> subjectKeyIdentifier = Optional.empty();
    boolean version1;

    /** Decides only how long it is valid where nothing is said. */
    final Use use;

    enum Use {
        LEAF,
        CA
    }

    private CertificateSpec(String subject, Use use) {
        this.subject = subject;
        this.use = use;
    }

    /**
     * A TLS server's leaf with these DNS names and addresses; the first DNS name is the common name
     * too.
     */
    public static CertificateSpec leaf(String... namesOrAddresses) {
        String commonName = namesOrAddresses.length == 0 ? "leaf" : namesOrAddresses[0];
        CertificateSpec spec = new CertificateSpec("CN=" + commonName, Use.LEAF);
        spec.keyUsage(KeyUsage.digitalSignature);
        spec.extendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
        spec.basicConstraints(new BasicConstraints(false));
        for (String name : namesOrAddresses) {
            spec.name(name);
        }
        return spec;
    }

    /** A CA. */
    public static CertificateSpec ca(String commonName) {
        CertificateSpec spec = new CertificateSpec("CN=" + commonName, Use.CA);
        spec.keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
        spec.basicConstraints(new BasicConstraints(true));
        return spec;
    }

    /** An RFC 4514 name; empty for none. */
    public CertificateSpec subject(String subject) {
        this.subject = subject;
        return this;
    }

    /** Adds a DNS name, or an address where it is one, to subjectAltName. */
    public CertificateSpec name(String nameOrAddress) {
        boolean address = nameOrAddress.indexOf(':') >= 0 || nameOrAddress.matches("[0-9.]+");
        return generalName(
                address
                        ? new GeneralName(
                                GeneralName.iPAddress,
                                new DEROctetString(
                                        InetAddress.ofLiteral(nameOrAddress).getAddress()))
                        : new GeneralName(GeneralName.dNSName, nameOrAddress));
    }

    /** Adds a URI to subjectAltName. */
    public CertificateSpec uri(String uri) {
        return generalName(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    /** Adds any other name to subjectAltName. */
    public CertificateSpec generalName(GeneralName name) {
        names.add(name);
        return this;
    }

    /** No subjectAltName. */
    public CertificateSpec withoutNames() {
        names.clear();
        return this;
    }

    /** Makes subjectAltName critical. */
    public CertificateSpec namesCritical() {
        namesCritical = true;
        return this;
    }

    /** First and last second; to the second. */
    public CertificateSpec valid(Instant notBefore, Instant notAfter) {
        this.notBefore = Optional.of(notBefore);
        this.notAfter = Optional.of(notAfter);
        return this;
    }

    /** The kind of key to generate. */
    public CertificateSpec key(KeySpec key) {
        this.key = key;
        return this;
    }

    /** A key pair of the caller's. */
    public CertificateSpec key(KeyPair keyPair) {
        this.keyPair = Optional.of(keyPair);
        return this;
    }

    /**
     * A public key whose private half is elsewhere, as in a token; only {@link
     * TestAuthority#certify} takes it.
     */
    public CertificateSpec publicKey(PublicKey publicKey) {
        this.publicKey = Optional.of(publicKey);
        return this;
    }

    /**
     * What the issuer signs with, as {@code java.security.Signature} calls it; else a safe one for
     * its key.
     */
    public CertificateSpec signedWith(String signatureAlgorithm) {
        this.signatureAlgorithm = Optional.of(signatureAlgorithm);
        return this;
    }

    public CertificateSpec serial(BigInteger serial) {
        this.serial = Optional.of(serial);
        return this;
    }

    /** Instead of SHA-1 of the key; CAs compute it as they like. */
    public CertificateSpec subjectKeyIdentifier(byte[] identifier) {
        this.subjectKeyIdentifier = Optional.of(identifier.clone());
        return this;
    }

    /** Neither subject nor authority key identifier. */
    public CertificateSpec withoutKeyIdentifiers() {
        keyIdentifiers = false;
        return this;
    }

    /** Of version 1: without any extension, whatever else is said. */
    public CertificateSpec version1() {
        version1 = true;
        return this;
    }

    /** A bit or of {@link KeyUsage} constants. */
    public CertificateSpec keyUsage(int usage) {
        return extension(Extension.keyUsage, true, new KeyUsage(usage));
    }

    public CertificateSpec extendedKeyUsage(KeyPurposeId... purposes) {
        return extension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    }

    public CertificateSpec basicConstraints(BasicConstraints constraints) {
        return extension(Extension.basicConstraints, true, constraints);
    }

    public CertificateSpec pathLength(int intermediates) {
        return basicConstraints(new BasicConstraints(intermediates));
    }

    /** DNS suffixes a CA may, and may not, issue for. */
    public CertificateSpec nameConstraints(List<String> permitted, List<String> excluded) {
        return extension(
                Extension.nameConstraints,
                true,
                new NameConstraints(subtrees(permitted), subtrees(excluded)));
    }

    /** Certificate policies by OID; 2.23.140.1.1 is extended validation. */
    public CertificateSpec policies(String... oids) {
        PolicyInformation[] policies = new PolicyInformation[oids.length];
        for (int i = 0; i < oids.length; i++) {
            policies[i] = new PolicyInformation(new ASN1ObjectIdentifier(oids[i]));
        }
        return extension(Extension.certificatePolicies, false, new CertificatePolicies(policies));
    }

    /**
     * TLS feature status_request (RFC 7633): without a stapled OCSP response it is not to be
     * accepted.
     */
    public CertificateSpec mustStaple() {
        return extension(TLS_FEATURE, false, new DERSequence(new ASN1Integer(5)));
    }

    /** An SCT list of {@code count} time stamps. They are shaped like real ones, and by no log. */
    public CertificateSpec scts(int count) {
        return extension(SCT_LIST, false, new DEROctetString(SctList.of(count)));
    }

    /** The precertificate poison (RFC 6962 §3.1), which makes it no certificate. */
    public CertificateSpec poison() {
        return extension(CT_POISON, true, DERNull.INSTANCE);
    }

    public CertificateSpec crl(String url) {
        GeneralNames names =
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url));
        return extension(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(
                        new DistributionPoint[] {
                            new DistributionPoint(new DistributionPointName(names), null, null)
                        }));
    }

    /** Authority information access: where the OCSP responder and the issuer's certificate are. */
    public CertificateSpec authorityInfo(String ocsp, String caIssuers) {
        return extension(
                Extension.authorityInfoAccess,
                false,
                new AuthorityInformationAccess(
                        new AccessDescription[] {
                            new AccessDescription(
                                    AccessDescription.id_ad_ocsp,
                                    new GeneralName(GeneralName.uniformResourceIdentifier, ocsp)),
                            new AccessDescription(
                                    AccessDescription.id_ad_caIssuers,
                                    new GeneralName(
                                            GeneralName.uniformResourceIdentifier, caIssuers))
                        }));
    }

    /** A critical extension that no verifier knows. */
    public CertificateSpec unknownCritical() {
        return extension(UNKNOWN_EXTENSION, true, DERNull.INSTANCE);
    }

    /** Adds or replaces an extension. */
    public CertificateSpec extension(String oid, boolean critical, ASN1Encodable value) {
        return extension(new ASN1ObjectIdentifier(oid), critical, value);
    }

    /** Adds or replaces an extension whose value need not be ASN.1 at all. */
    public CertificateSpec extension(String oid, boolean critical, byte[] value) {
        extensions.put(oid, new Extension(new ASN1ObjectIdentifier(oid), critical, value));
        return this;
    }

    /** Leaves an extension out. */
    public CertificateSpec without(String oid) {
        extensions.remove(oid);
        return this;
    }

    private CertificateSpec extension(
            ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
        try {
            return extension(
                    oid.getId(), critical, value.toASN1Primitive().getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RFC 5280 §4.2.1.10: no subtrees are left out, not written as none. */
    private static GeneralSubtree @Nullable [] subtrees(List<String> suffixes) {
        return suffixes.isEmpty()
                ? null
                : suffixes.stream()
                        .map(
                                suffix ->
                                        new GeneralSubtree(
                                                new GeneralName(GeneralName.dNSName, suffix)))
                        .toArray(GeneralSubtree[]::new);
    }
}

package io.overt.testkit.pki;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** A CA that issues whatever it is asked to. Safe for any number of threads. */
public final class TestAuthority {
    private static final Duration CA_BACKDATE = Duration.ofDays(365);
    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_BACKDATE = Duration.ofDays(10);
    private static final Duration LEAF_LIFE = Duration.ofDays(90);

    /**
     * Used by object and never registered, so that tests run with the JDK's own providers as
     * production does.
     */
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    private final TestIdentity identity;
    private final Instant now;
    private final AtomicLong serials = new AtomicLong(1);

    private TestAuthority(TestIdentity identity, Instant now) {
        this.identity = identity;
        this.now = now;
    }

    /** A root, valid around {@code now}. */
    public static TestAuthority root(CertificateSpec spec, Instant now) {
        KeyPair keys = spec.keyPair.orElseGet(spec.key::generate);
        X509Certificate certificate =
                certificate(spec, keys.getPublic(), Optional.empty(), keys.getPrivate(), now, 1);
        return new TestAuthority(new TestIdentity(List.of(certificate), keys.getPrivate()), now);
    }

    public X509Certificate certificate() {
        return identity.certificate();
    }

    public PrivateKey privateKey() {
        return identity.privateKey();
    }

    /**
     * What the leaves of this authority present after themselves: this certificate and those above
     * it, without the root.
     */
    public List<X509Certificate> chain() {
        return isRoot() ? List.of() : identity.chain();
    }

    /** Issues a certificate for a key that it makes, or that the spec has. */
    public TestIdentity issue(CertificateSpec spec) {
        KeyPair keys = spec.keyPair.orElseGet(spec.key::generate);
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certify(spec, keys.getPublic()));
        chain.addAll(chain());
        return new TestIdentity(chain, keys.getPrivate());
    }

    /** Issues a certificate for {@link CertificateSpec#publicKey}. */
    public X509Certificate certify(CertificateSpec spec) {
        return certify(
                spec,
                spec.publicKey.orElseThrow(
                        () -> new IllegalArgumentException("spec without a public key")));
    }

    /** Issues a CA below this one. */
    public TestAuthority subordinate(CertificateSpec spec) {
        return new TestAuthority(issue(spec), now);
    }

    /** Signs bytes with this authority's key, as its certificates are signed. */
    public byte[] sign(byte[] tbs) {
        return signature(privateKey(), safeAlgorithm(privateKey()), tbs);
    }

    /** Signs a CRL; its DER. */
    public byte[] crl(CrlSpec spec) {
        return spec.encode(this);
    }

    /**
     * Signs an OCSP response for certificates of this authority, with its own key or the spec's
     * responder's; its DER.
     */
    public byte[] ocsp(OcspSpec spec) {
        return spec.encode(this);
    }

    /** Signs with any key. */
    static ContentSigner signer(PrivateKey key, Optional<String> algorithm) {
        return new JdkContentSigner(key, algorithm.orElseGet(() -> safeAlgorithm(key)));
    }

    private X509Certificate certify(CertificateSpec spec, PublicKey key) {
        return certificate(
                spec,
                key,
                Optional.of(certificate()),
                privateKey(),
                now,
                serials.incrementAndGet());
    }

    private boolean isRoot() {
        return certificate()
                .getSubjectX500Principal()
                .equals(certificate().getIssuerX500Principal());
    }

    private static X509Certificate certificate(
            CertificateSpec spec,
            PublicKey key,
            Optional<X509Certificate> issuer,
            PrivateKey signer,
            Instant now,
            long serial) {
        boolean ca = spec.use == CertificateSpec.Use.CA;
        Instant notBefore = spec.notBefore.orElse(now.minus(ca ? CA_BACKDATE : LEAF_BACKDATE));
        Instant notAfter =
                spec.notAfter.orElse(notBefore.plus(ca ? CA_LIFE : LEAF_LIFE).minusSeconds(1));
        X500Name subject = new X500Name(spec.subject);
        X500Name issuerName =
                issuer.map(
                                certificate ->
                                        X500Name.getInstance(
                                                certificate.getSubjectX500Principal().getEncoded()))
                        .orElse(subject);
        SubjectPublicKeyInfo spki = SubjectPublicKeyInfo.getInstance(key.getEncoded());
        BigInteger number = spec.serial.orElse(BigInteger.valueOf(0x1000_0000L + serial));
        ContentSigner contentSigner = signer(signer, spec.signatureAlgorithm);
        try {
            X509CertificateHolder holder;
            if (spec.version1) {
                holder =
                        new X509v1CertificateBuilder(
                                        issuerName,
                                        number,
                                        Date.from(notBefore),
                                        Date.from(notAfter),
                                        subject,
                                        spki)
                                .build(contentSigner);
            } else {
                X509v3CertificateBuilder builder =
                        new X509v3CertificateBuilder(
                                issuerName,
                                number,
                                Date.from(notBefore),
                                Date.from(notAfter),
                                subject,
                                spki);
                addExtensions(builder, spec, spki, issuer);
                holder = builder.build(contentSigner);
            }
            return new JcaX509CertificateConverter().getCertificate(holder);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("issuing " + spec.subject, e);
        }
    }

    /** The issuer's own subjectKeyIdentifier, or, where it has none, the one that it would have. */
    private static AuthorityKeyIdentifier authorityKeyIdentifier(
            X509Certificate issuer, X509ExtensionUtils identifiers) {
        byte[] stored = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        return stored == null
                ? identifiers.createAuthorityKeyIdentifier(
                        SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded()))
                : new AuthorityKeyIdentifier(
                        SubjectKeyIdentifier.getInstance(
                                        ASN1OctetString.getInstance(stored).getOctets())
                                .getKeyIdentifier());
    }

    private static void addExtensions(
            X509v3CertificateBuilder builder,
            CertificateSpec spec,
            SubjectPublicKeyInfo spki,
            Optional<X509Certificate> issuer)
            throws CertIOException, GeneralSecurityException {
        X509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        List<Extension> last = new ArrayList<>();
        for (Extension extension : spec.extensions.values()) {
            if (List.of("2.5.29.15", "2.5.29.37", "2.5.29.19")
                    .contains(extension.getExtnId().getId())) {
                builder.addExtension(extension);
            } else {
                last.add(extension);
            }
        }
        if (spec.keyIdentifiers) {
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    spec.subjectKeyIdentifier
                            .map(SubjectKeyIdentifier::new)
                            .orElseGet(() -> identifiers.createSubjectKeyIdentifier(spki)));
            if (issuer.isPresent()) {
                builder.addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        authorityKeyIdentifier(issuer.get(), identifiers));
            }
        }
        if (!spec.names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    spec.namesCritical,
                    new GeneralNames(spec.names.toArray(GeneralName[]::new)));
        }
        for (Extension extension : last) {
            builder.addExtension(extension);
        }
    }

    private static String safeAlgorithm(PrivateKey key) {
        return switch (key) {
            case RSAKey _ -> "SHA256withRSA";
            case ECKey ec when ec.getParams().getOrder().bitLength() >= 512 -> "SHA512withECDSA";
            case ECKey ec when ec.getParams().getOrder().bitLength() >= 384 -> "SHA384withECDSA";
            case ECKey _ -> "SHA256withECDSA";
            case EdECKey edwards -> edwards.getParams().getName();
            default -> throw new IllegalArgumentException("no algorithm for " + key.getAlgorithm());
        };
    }

    /**
     * ECDSA with the nonce of RFC 6979: the same certificate each time, which golden files need.
     */
    private static byte[] signature(PrivateKey key, String algorithm, byte[] content) {
        try {
            Signature signature =
                    key instanceof ECKey
                            ? Signature.getInstance(
                                    algorithm.replace("ECDSA", "ECDDSA"), BOUNCY_CASTLE)
                            : Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with " + algorithm, e);
        }
    }

    /** Collects what is to be signed and signs it at the end. Confined to one call. */
    private static final class JdkContentSigner implements ContentSigner {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final PrivateKey key;
        private final String algorithm;

        JdkContentSigner(PrivateKey key, String algorithm) {
            this.key = key;
            this.algorithm = algorithm;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new DefaultSignatureAlgorithmIdentifierFinder().find(algorithm);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            return signature(key, algorithm, content.toByteArray());
        }
    }
}

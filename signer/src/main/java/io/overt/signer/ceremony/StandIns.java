package io.overt.signer.ceremony;

import io.overt.signer.ca.CaDraft;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.Pem;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenBench;
import io.overt.x509.CertificateFingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * In a dry run, keys that an act finds in its token are not there. Others take their place, with
 * certificates that say the same but for the key, so that what comes out says the same, too.
 */
final class StandIns {

    private final TokenBench bench;
    private final Path folder;

    /**
     * @param bench the throw-away token
     * @param folder where stand-in certificates go
     */
    StandIns(TokenBench bench, Path folder) {
        this.bench = bench;
        this.folder = folder;
    }

    /** The act, with whatever it expects to find. */
    Act of(Act act) throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        return switch (act) {
            case Act.Root root -> root;
            case Act.UntrustedCa untrusted -> untrusted;
            case Act.IssuingRequest request -> request;
            case Act.IssuingCertificate(
                            Path issuer,
                            Path request,
                            PublicKeyHash key,
                            var contents,
                            Path certificate) ->
                    new Act.IssuingCertificate(issuer(issuer), request, key, contents, certificate);
            case Act.CrossCertificate(Path issuer, Path existing, var contents, Path certificate) ->
                    new Act.CrossCertificate(issuer(issuer), existing, contents, certificate);
            case Act.Crl(Path issuer, var number, var from, var to, var revoked, Path crl) ->
                    new Act.Crl(issuer(issuer), number, from, to, revoked, crl);
            case Act.ImportCertificate imported -> imported(imported);
            case Act.KeyDestruction(String label, _) ->
                    new Act.KeyDestruction(
                            label,
                            PublicKeyHash.of(
                                    bench.generate(TokenBench.Curve.EC_P256, label).getPublic()));
        };
    }

    private Path issuer(Path file)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        X509Certificate issuer = Inputs.certificate(file);
        KeyPair key = bench.generate(curve(issuer.getPublicKey()), ISSUER);
        X509Certificate standIn = like(issuer, key.getPublic(), key, bench.provider());
        bench.putBeside(ISSUER, standIn);
        return written("issuer.pem", standIn);
    }

    /** What can be said of the real certificate is said first; then one like it is imported. */
    private Act imported(Act.ImportCertificate act)
            throws CaException, SigningKeyException, GeneralSecurityException, IOException {
        List<X509Certificate> real = Inputs.certificates(act.imported());
        if (real.size() > 1) {
            throw new CaException(
                    "a dry run of this act takes no chain between certificate and root");
        }
        CertificateFingerprint fingerprint = CertificateFingerprint.of(real.getFirst());
        if (!fingerprint.equals(act.fingerprint())) {
            throw new CaException(
                    "%s: certificate %s (expected: %s)"
                            .formatted(act.imported(), fingerprint.hex(), act.fingerprint().hex()));
        }
        X509Certificate root = Inputs.certificate(act.root());
        real.getFirst().verify(root.getPublicKey());
        KeyPairGenerator generator = SignedTwice.throwAway(root.getPublicKey());
        KeyPair rootKey = generator.generateKeyPair();
        X509Certificate otherRoot =
                like(root, rootKey.getPublic(), rootKey, generator.getProvider());
        PublicKey key =
                bench.generate(curve(real.getFirst().getPublicKey()), act.label()).getPublic();
        X509Certificate other = like(real.getFirst(), key, rootKey, generator.getProvider());
        return new Act.ImportCertificate(
                act.label(),
                written("imported.pem", other),
                CertificateFingerprint.of(other),
                written("root.pem", otherRoot),
                act.trust(),
                act.certificate());
    }

    /** The certificate with another key, signed by another. */
    private static X509Certificate like(
            X509Certificate original, PublicKey key, KeyPair signer, Provider provider)
            throws GeneralSecurityException, IOException {
        JcaX509CertificateHolder holder = new JcaX509CertificateHolder(original);
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        holder.getIssuer(),
                        holder.getSerialNumber(),
                        holder.getNotBefore(),
                        holder.getNotAfter(),
                        holder.getSubject(),
                        key);
        for (Object each : holder.getExtensionOIDs()) {
            builder.addExtension(holder.getExtension((ASN1ObjectIdentifier) each));
        }
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder(
                                                    CaDraft.algorithm(signer.getPublic()))
                                            .setProvider(provider)
                                            .build(signer.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("a throw-away key does not sign", e);
        }
    }

    private static TokenBench.Curve curve(PublicKey key) throws GeneralSecurityException {
        // In place of an RSA key too: what it signs then says another algorithm, and all else
        // alike.
        return CaDraft.algorithm(key).equals("SHA384withECDSA")
                ? TokenBench.Curve.EC_P384
                : TokenBench.Curve.EC_P256;
    }

    private Path written(String name, X509Certificate certificate)
            throws CaException, IOException, GeneralSecurityException {
        Path file = folder.resolve(name);
        Pem.writeNew(file, Pem.of(certificate));
        return file;
    }

    private static final String ISSUER = "stand-in-for-the-issuer";
}

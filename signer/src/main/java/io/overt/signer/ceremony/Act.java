package io.overt.signer.ceremony;

import io.overt.signer.ca.CaContents;
import io.overt.signer.key.PublicKeyHash;
import io.overt.signer.key.TokenBench;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;

/** One thing that is done with a CA's keys. */
sealed interface Act {

    /**
     * A key that is to be made.
     *
     * @param label no object of the token has it yet
     */
    record NewKey(String label, TokenBench.Curve curve) {}

    /** A root, self-signed, in a token that is offline afterwards. */
    record Root(NewKey key, CaContents contents, Path certificate) implements Act {}

    /** The issuing CA that nobody is to trust: its own root, in the signer's token. */
    record UntrustedCa(NewKey key, CaContents contents, Path certificate) implements Act {}

    /** An issuing key in the signer's token, and the request for its certificate. */
    record IssuingRequest(NewKey key, X500Name subject, IssuerTrust trust, Path request)
            implements Act {}

    /**
     * The root signs an issuing CA's certificate.
     *
     * @param key the one that is certified; the request must be of it
     */
    record IssuingCertificate(
            Path issuer, Path request, PublicKeyHash key, CaContents contents, Path certificate)
            implements Act {}

    /**
     * A certificate, by whatever root, goes beside its key in the signer's token.
     *
     * @param imported PEM; the certificate first, then what clients need beyond it, without the
     *     root
     * @param fingerprint of the certificate that was agreed to
     * @param root what the certificate must lead to
     * @param certificate the same as {@code imported}, to where the signer's configuration says
     */
    record ImportCertificate(
            String label,
            Path imported,
            CertificateFingerprint fingerprint,
            Path root,
            IssuerTrust trust,
            Path certificate)
            implements Act {}

    /** A root signs a second certificate for another root that is there already. */
    record CrossCertificate(Path issuer, Path existing, CaContents contents, Path certificate)
            implements Act {}

    /** A root says which of its certificates are revoked. */
    record Crl(
            Path issuer,
            BigInteger number,
            Instant thisUpdate,
            Instant nextUpdate,
            List<Revoked> revoked,
            Path crl)
            implements Act {}

    /**
     * An entry of a CRL.
     *
     * @param reason by its number in RFC 5280 §5.3.1
     */
    record Revoked(BigInteger serial, Instant at, int reason) {}

    /** A key is destroyed. There is no way back. */
    record KeyDestruction(String label, PublicKeyHash key) implements Act {}

    /** Files that the act makes, beside the transcript. */
    default List<Path> outputs() {
        return switch (this) {
            case Root act -> List.of(act.certificate());
            case UntrustedCa act -> List.of(act.certificate());
            case IssuingRequest act -> List.of(act.request());
            case IssuingCertificate act -> List.of(act.certificate());
            case ImportCertificate act -> List.of(act.certificate());
            case CrossCertificate act -> List.of(act.certificate());
            case Crl act -> List.of(act.crl());
            case KeyDestruction _ -> List.of();
        };
    }
}

package io.overt.edge.forge;

import io.overt.x509.IssuerTrust;
import io.overt.x509.PresentedChain;
import io.overt.x509.TbsCertificateDer;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Looks at a certificate that came from elsewhere, be it a cache or a signer, before it is shown to
 * a client. Nothing of it is believed: what it has to say was derived here.
 */
sealed interface LeafCheck {

    /** It says what it must, and its issuer signed that. */
    record Good(X509Certificate leaf) implements LeafCheck {}

    /**
     * It is not to be served.
     *
     * @param detail for logs
     */
    record Bad(Fault fault, String detail) implements LeafCheck {}

    /** What is wrong with it. */
    enum Fault {
        /** Not one certificate's DER. */
        MALFORMED("malformed"),
        /** It says something else than the upstream's certificate yields. */
        TBS_DIFFERS("tbs-differs"),
        /** The issuing CA did not sign it. */
        SIGNATURE("signature"),
        /** Over, or not begun. */
        NOT_CURRENT("not-current");

        private final String text;

        Fault(String text) {
            this.text = text;
        }

        /** The name in metrics. */
        String text() {
            return text;
        }
    }

    /**
     * Looks at one.
     *
     * @param der what was received
     * @param expected what was derived here for the issuer
     * @param issuer by whom it must be signed
     * @param now when it is to be served
     */
    static LeafCheck of(byte[] der, TbsCertificateDer expected, KnownIssuer issuer, Instant now) {
        X509Certificate leaf;
        TbsCertificateDer tbs;
        try {
            leaf = PresentedChain.parse(List.of(der)).leaf();
            tbs = TbsCertificateDer.of(leaf);
        } catch (CertificateException e) {
            return new Bad(Fault.MALFORMED, String.valueOf(e.getMessage()));
        }
        var difference = tbs.firstDifference(expected);
        if (difference.isPresent()) {
            return new Bad(Fault.TBS_DIFFERS, difference.get());
        }
        // Outside of what is signed there is room: the algorithm is named a second time, and the
        // bit string says how many bits it
        // leaves out. Rebuilding the certificate from the derived TBS and the bare signature closes
        // it.
        if (!Arrays.equals(der, encoded(expected.assemble(leaf.getSignature())))) {
            return new Bad(Fault.MALFORMED, "not the encoding of its TBS and signature");
        }
        if (!isSigned(leaf, expected, issuer)) {
            return new Bad(
                    Fault.SIGNATURE,
                    "not signed by " + issuer.ca().certificate().getSubjectX500Principal());
        }
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        // What shows a fault may show this one.
        if (issuer.ca().trust() == IssuerTrust.TRUSTED
                && (now.isBefore(notBefore) || now.isAfter(notAfter))) {
            return new Bad(Fault.NOT_CURRENT, "valid from " + notBefore + " to " + notAfter);
        }
        return new Good(leaf);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read from DER has DER", e);
        }
    }

    private static boolean isSigned(
            X509Certificate leaf, TbsCertificateDer tbs, KnownIssuer issuer) {
        try {
            Signature verifier = Signature.getInstance(issuer.ca().signatureAlgorithm());
            verifier.initVerify(issuer.ca().certificate().getPublicKey());
            verifier.update(tbs.der());
            return verifier.verify(leaf.getSignature());
        } catch (GeneralSecurityException _) {
            // A signature value that cannot be read is one that does not verify.
            return false;
        }
    }
}

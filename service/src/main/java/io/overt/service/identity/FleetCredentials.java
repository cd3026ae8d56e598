package io.overt.service.identity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/**
 * One reading of the three files, whole and consistent: the key belongs to the certificate, the
 * certificate names an identity. A half-written set of files never becomes one of these. Immutable.
 */
record FleetCredentials(
        List<X509Certificate> chain,
        PrivateKey privateKey,
        List<X509Certificate> anchors,
        FleetIdentity self,
        String fingerprint) {

    static FleetCredentials read(FleetFiles files) throws FleetIdentityException {
        byte[] chainPem = PemPair.bytes(files.certificateChain());
        byte[] keyPem = PemPair.bytes(files.privateKey());
        byte[] anchorsPem = PemPair.bytes(files.trustAnchors());

        var pair = PemPair.of(files.certificateChain(), chainPem, files.privateKey(), keyPem);
        var chain = pair.chain();
        FleetIdentity self;
        try {
            self = FleetIdentity.of(chain.getFirst());
        } catch (MalformedIdentityException e) {
            throw new FleetIdentityException(files.certificateChain() + ": " + e.getMessage(), e);
        }
        return new FleetCredentials(
                chain,
                pair.privateKey(),
                PemPair.certificates(files.trustAnchors(), anchorsPem),
                self,
                digest(chainPem, keyPem, anchorsPem));
    }

    /** Of the files as they are now; cheap enough to ask again and again. */
    static String fingerprint(FleetFiles files) throws FleetIdentityException {
        return digest(
                PemPair.bytes(files.certificateChain()),
                PemPair.bytes(files.privateKey()),
                PemPair.bytes(files.trustAnchors()));
    }

    private static String digest(byte[]... contents) {
        try {
            var all = MessageDigest.getInstance("SHA-256");
            for (byte[] content : contents) {
                all.update(MessageDigest.getInstance("SHA-256").digest(content));
            }
            return HexFormat.of().formatHex(all.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

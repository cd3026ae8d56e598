package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate with its private key, as a TLS server or client holds it.
 *
 * @param chain what it presents, leaf first, usually without the root
 */
public record TestIdentity(List<X509Certificate> chain, PrivateKey privateKey) {
    public TestIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("identity without a certificate");
        }
    }

    /** The leaf. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The same key and leaf, presenting exactly {@code certificates} after the leaf. */
    public TestIdentity presenting(X509Certificate... certificates) {
        List<X509Certificate> presented = new ArrayList<>(List.of(certificate()));
        presented.addAll(List.of(certificates));
        return new TestIdentity(presented, privateKey);
    }

    /** DER of what it presents, leaf first. */
    public List<byte[]> chainDer() {
        List<byte[]> ders = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            try {
                ders.add(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("certificate without an encoding", e);
            }
        }
        return ders;
    }

    /** PEM of what it presents, leaf first. */
    public String chainPem() {
        return Pem.certificates(chain);
    }

    /** PEM of the key, PKCS #8, not encrypted. */
    public String privateKeyPem() {
        return Pem.privateKey(privateKey);
    }

    /** A PKCS #12 store in memory, with the identity under {@code "identity"}. */
    public KeyStore keyStore(char[] password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("identity", privateKey, password, chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a key store", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes {@code <name>.crt} and {@code <name>.key}, and {@code <name>-ca.crt} with {@code
     * anchor}, into a directory, which is made if it is not there. Files that are there are
     * replaced, each in one step, as a reloading reader needs it.
     */
    public PemFiles write(Path directory, String name, X509Certificate anchor) {
        Path chainFile = directory.resolve(name + ".crt");
        Path keyFile = directory.resolve(name + ".key");
        Path anchorFile = directory.resolve(name + "-ca.crt");
        try {
            Files.createDirectories(directory);
            replace(keyFile, privateKeyPem(), "rw-------");
            replace(chainFile, chainPem(), "rw-r--r--");
            replace(anchorFile, Pem.certificates(List.of(anchor)), "rw-r--r--");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PemFiles(chainFile, keyFile, anchorFile);
    }

    private static void replace(Path file, String text, String permissions) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.writeString(fresh, text);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

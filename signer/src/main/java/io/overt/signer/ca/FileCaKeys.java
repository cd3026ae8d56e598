package io.overt.signer.ca;

import io.overt.signer.key.SecretFile;
import io.overt.signer.key.SigningKeyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Keys in a PKCS#12 file, for a try-out without a token. The root's key is used once and kept
 * nowhere.
 */
final class FileCaKeys implements CaKeys {

    private final Path pkcs12;
    private final char[] password;

    FileCaKeys(Path pkcs12, Path passwordFile) throws CaException {
        this.pkcs12 = pkcs12;
        try {
            this.password = SecretFile.firstLine(passwordFile, "the password of " + pkcs12);
        } catch (SigningKeyException e) {
            throw new CaException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void requireAbsent(Role role) throws CaException {
        if (!Files.exists(pkcs12)) {
            return;
        }
        switch (role) {
            case ROOT, ISSUING ->
                    throw new CaException(pkcs12 + ": is there already, and is not overwritten");
            case UNTRUSTED, LOG -> {
                try {
                    if (load().containsAlias(role.alias())) {
                        throw new CaException(
                                "%s has a key '%s' already, and it is not overwritten"
                                        .formatted(pkcs12, role.alias()));
                    }
                } catch (GeneralSecurityException | IOException e) {
                    throw new CaException(pkcs12 + ": cannot be read: " + e, e);
                }
            }
        }
    }

    /** What is in the file; nothing when there is none. */
    private KeyStore load() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        if (!Files.exists(pkcs12)) {
            store.load(null, null);
            return store;
        }
        try (InputStream in = Files.newInputStream(pkcs12)) {
            store.load(in, password);
        }
        return store;
    }

    @Override
    public KeyPair generate(Role role) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    @Override
    public Provider provider() {
        Provider provider = Security.getProvider("SunEC");
        if (provider == null) {
            throw new IllegalStateException("this Java runtime has no SunEC");
        }
        return provider;
    }

    @Override
    public void keep(Role role, KeyPair key, List<X509Certificate> chain)
            throws GeneralSecurityException, CaException {
        if (role == Role.ROOT) {
            return;
        }
        try {
            KeyStore store = load();
            store.setKeyEntry(
                    role.alias(), key.getPrivate(), password, chain.toArray(Certificate[]::new));
            // Whole or not at all: the file may hold a key that is in use.
            Path fresh = pkcs12.resolveSibling(pkcs12.getFileName() + ".new");
            try (OutputStream out =
                    Channels.newOutputStream(
                            Files.newByteChannel(
                                    fresh,
                                    Set.copyOf(
                                            EnumSet.of(
                                                    StandardOpenOption.CREATE_NEW,
                                                    StandardOpenOption.WRITE)),
                                    PosixFilePermissions.asFileAttribute(
                                            PosixFilePermissions.fromString("rw-------"))))) {
                store.store(out, password);
            }
            Files.move(fresh, pkcs12, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CaException(pkcs12 + ": cannot be written: " + e, e);
        }
    }

    @Override
    public void close() {
        Arrays.fill(password, '\0');
    }
}

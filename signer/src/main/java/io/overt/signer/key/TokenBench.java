package io.overt.signer.key;

import io.overt.signer.key.Cryptoki.CryptokiException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.login.LoginException;

/**
 * A token opened for a ceremony: makes keys, names them, puts certificates beside them, looks at
 * how they are kept, destroys them. Object by object: a key is there before its certificate is, and
 * SunPKCS11's key store knows no such key and renames what it stores. Confined to one thread; logs
 * in when opened and out when closed.
 */
public final class TokenBench implements AutoCloseable {

    /** Curves that keys are made on. */
    public enum Curve {
        EC_P256("secp256r1"),
        EC_P384("secp384r1");

        private final String jca;

        Curve(String jca) {
            this.jca = jca;
        }

        /** As the JDK's generators call it. */
        public String jca() {
            return jca;
        }
    }

    private final TokenSettings settings;
    private final Cryptoki cryptoki;
    private final TokenKeyMaker maker;
    private final long session;

    private TokenBench(
            TokenSettings settings, Cryptoki cryptoki, TokenKeyMaker maker, long session) {
        this.settings = settings;
        this.cryptoki = cryptoki;
        this.maker = maker;
        this.session = session;
    }

    /** Logs in on a token that is there. */
    public static TokenBench open(TokenSettings settings) throws SigningKeyException {
        Cryptoki cryptoki = Cryptoki.load(settings.module());
        TokenKeyMaker maker = TokenKeyMaker.open(settings);
        try {
            long slot = TokenSession.find(cryptoki, settings.label()).slot();
            return new TokenBench(settings, cryptoki, maker, cryptoki.openWritableSession(slot));
        } catch (CryptokiException e) {
            maker.close();
            throw failure(settings, e);
        }
    }

    /** How many objects of any kind have this label. */
    public int labelled(String label) throws SigningKeyException {
        return asking(() -> cryptoki.objects(session, labelTemplate(label)).size());
    }

    /**
     * Makes a key and gives it its label, and as its CKA_ID a part of its public half's hash, by
     * which it is found again.
     */
    public KeyPair generate(Curve curve, String label)
            throws GeneralSecurityException, SigningKeyException {
        Set<Long> before = new HashSet<>(privateKeys());
        KeyPair key = maker.generate(curve.jca());
        List<Long> made = new ArrayList<>(privateKeys());
        made.removeAll(before);
        if (made.size() != 1) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    "%d private keys more on the token after one was made (expected: 1; is somebody else at work on it?)"
                            .formatted(made.size()));
        }
        Map<Long, byte[]> name = new LinkedHashMap<>();
        name.put(Cryptoki.CKA_LABEL, utf8(label));
        name.put(Cryptoki.CKA_ID, id(key.getPublic()));
        asking(
                () -> {
                    cryptoki.set(session, made.getFirst(), name);
                    return made;
                });
        return key;
    }

    /** A key that lies in the token beside a certificate of its public half. */
    public PrivateKey find(PublicKey key) throws GeneralSecurityException, SigningKeyException {
        return maker.find(key);
    }

    /** What signs with keys made or found here. */
    public Provider provider() {
        return maker.provider();
    }

    /** Whether a key of this label is there whose public half has this hash; see {@link #id}. */
    public boolean has(String label, PublicKeyHash hash) throws SigningKeyException {
        return asking(() -> !keys(label, hash).isEmpty());
    }

    /** How the token keeps the key; it was made here. */
    public Custody custody(String label, PublicKey key) throws SigningKeyException {
        return asking(
                () -> {
                    List<Long> found = keys(label, PublicKeyHash.of(key));
                    if (found.size() != 1) {
                        throw new SigningKeyException(
                                SigningKeyException.Kind.KEY,
                                "token '%s': %d private keys '%s' with this public half (expected: 1)"
                                        .formatted(settings.label(), found.size(), label));
                    }
                    return new KeyCustody(cryptoki, session).of(found.getFirst());
                });
    }

    /**
     * Refuses a key that is not kept as a key that signs must be.
     *
     * @param key that lies in the token beside a certificate of its public half
     */
    public void require(PublicKey key) throws SigningKeyException {
        asking(
                () -> {
                    new KeyCustody(cryptoki, session).require(key);
                    return key;
                });
    }

    /** How many certificates have this label. */
    public int certificatesLabelled(String label) throws SigningKeyException {
        return asking(() -> certificates(label).size());
    }

    /** Puts a certificate beside the key of its public half, under the key's label. */
    public void putBeside(String label, X509Certificate certificate)
            throws GeneralSecurityException, SigningKeyException {
        Map<Long, byte[]> object = new LinkedHashMap<>();
        object.put(Cryptoki.CKA_CLASS, Cryptoki.ulong(Cryptoki.CKO_CERTIFICATE));
        object.put(Cryptoki.CKA_CERTIFICATE_TYPE, Cryptoki.ulong(0 /* CKC_X_509 */));
        object.put(Cryptoki.CKA_TOKEN, TRUE);
        object.put(Cryptoki.CKA_PRIVATE, FALSE);
        object.put(Cryptoki.CKA_LABEL, utf8(label));
        object.put(Cryptoki.CKA_ID, id(certificate.getPublicKey()));
        object.put(Cryptoki.CKA_SUBJECT, certificate.getSubjectX500Principal().getEncoded());
        object.put(Cryptoki.CKA_ISSUER, certificate.getIssuerX500Principal().getEncoded());
        object.put(Cryptoki.CKA_SERIAL_NUMBER, derInteger(certificate));
        object.put(Cryptoki.CKA_VALUE, certificate.getEncoded());
        asking(
                () -> {
                    cryptoki.create(session, object);
                    return object;
                });
    }

    /** Takes a certificate away again that {@link #putBeside} put there. */
    public void takeAway(String label, X509Certificate certificate)
            throws GeneralSecurityException, SigningKeyException {
        byte[] der = certificate.getEncoded();
        asking(
                () -> {
                    for (long object : certificates(label)) {
                        if (Arrays.equals(value(object, Cryptoki.CKA_VALUE), der)) {
                            cryptoki.destroy(session, object);
                        }
                    }
                    return label;
                });
    }

    /**
     * Destroys the key of this label and public half, and the certificates beside it.
     *
     * @return how many objects there were
     */
    public int destroy(String label, PublicKeyHash hash) throws SigningKeyException {
        return asking(
                () -> {
                    List<Long> doomed = new ArrayList<>(keys(label, hash));
                    for (long certificate : certificates(label)) {
                        if (hashOf(certificate).equals(Optional.of(hash))) {
                            doomed.add(certificate);
                        }
                    }
                    for (long object : doomed) {
                        cryptoki.destroy(session, object);
                    }
                    return doomed.size();
                });
    }

    /**
     * Has each key sign a canary as the signer would at its start: found by its certificate,
     * custody checked, signature verified.
     */
    public static void rehearse(TokenSettings settings, List<PublicKey> keys)
            throws SigningKeyException {
        try {
            TokenSession.open(Cryptoki.load(settings.module()), settings, keys).logout();
        } catch (LoginException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN, "logout: " + TokenSession.reason(e), e);
        }
    }

    @Override
    public void close() throws SigningKeyException {
        TokenSession.closeQuietly(cryptoki, session);
        maker.close();
    }

    /** Private keys of this label that were made with, or lie beside a certificate of, this key. */
    private List<Long> keys(String label, PublicKeyHash hash)
            throws CryptokiException, SigningKeyException {
        List<byte[]> ids = new ArrayList<>();
        ids.add(hash.keyId());
        for (long certificate : certificates(label)) {
            if (hashOf(certificate).equals(Optional.of(hash))) {
                ids.add(value(certificate, Cryptoki.CKA_ID));
            }
        }
        Set<Long> found = new LinkedHashSet<>();
        for (byte[] id : ids) {
            Map<Long, byte[]> template = labelTemplate(label);
            template.put(Cryptoki.CKA_CLASS, Cryptoki.ulong(Cryptoki.CKO_PRIVATE_KEY));
            template.put(Cryptoki.CKA_ID, id);
            found.addAll(cryptoki.objects(session, template));
        }
        return List.copyOf(found);
    }

    private List<Long> certificates(String label) throws CryptokiException {
        Map<Long, byte[]> template = labelTemplate(label);
        template.put(Cryptoki.CKA_CLASS, Cryptoki.ulong(Cryptoki.CKO_CERTIFICATE));
        return cryptoki.objects(session, template);
    }

    private Optional<PublicKeyHash> hashOf(long certificate) throws CryptokiException {
        try {
            return Optional.of(
                    PublicKeyHash.of(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(
                                                    value(certificate, Cryptoki.CKA_VALUE)))
                                    .getPublicKey()));
        } catch (GeneralSecurityException _) {
            return Optional.empty(); // whatever else lies on the token is not ours to judge
        }
    }

    private byte[] value(long object, long attribute) throws CryptokiException {
        return cryptoki.value(session, object, attribute).orElse(new byte[0]);
    }

    private List<Long> privateKeys() throws SigningKeyException {
        return asking(() -> cryptoki.objects(session, Cryptoki.CKO_PRIVATE_KEY, Optional.empty()));
    }

    private static Map<Long, byte[]> labelTemplate(String label) {
        Map<Long, byte[]> template = new LinkedHashMap<>();
        template.put(Cryptoki.CKA_LABEL, utf8(label));
        return template;
    }

    private static byte[] id(PublicKey key) {
        return PublicKeyHash.of(key).keyId();
    }

    private static byte[] derInteger(X509Certificate certificate) {
        byte[] content = certificate.getSerialNumber().toByteArray();
        byte[] der = new byte[content.length + 2];
        der[0] = 0x02 /* INTEGER */;
        der[1] = (byte) content.length; // at most 20: RFC 5280 §4.1.2.2
        System.arraycopy(content, 0, der, 2, content.length);
        return der;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Asking<T> {
        T ask() throws CryptokiException, SigningKeyException;
    }

    private <T> T asking(Asking<T> asking) throws SigningKeyException {
        try {
            return asking.ask();
        } catch (CryptokiException | ProviderException e) {
            throw failure(settings, e);
        }
    }

    private static SigningKeyException failure(TokenSettings settings, Exception e) {
        return new SigningKeyException(
                SigningKeyException.Kind.TOKEN,
                "token '%s': %s".formatted(settings.label(), TokenSession.reason(e)),
                e);
    }

    private static final byte[] TRUE = {1};

    private static final byte[] FALSE = {0};
}

package io.overt.signer.key;

import java.io.IOException;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One login on a token: a SunPKCS11 provider of its own, the keys found with it, and an anchor
 * session.
 *
 * <p>A provider whose sessions the token has dropped never works again, nor do its key objects
 * (measured: 200 of 200 retries failed, log-in and log-out too), so that nothing here is repaired:
 * {@link SigningToken} replaces the whole. The provider is never registered with {@link Security},
 * since its successor must not meet it there. The anchor is ours and never lent out: SunPKCS11
 * closes sessions as it sees fit, and the login would go with the last one.
 *
 * <p>Thread-safe once open. All methods call into the token.
 */
final class TokenSession implements KeySession {

    private final Cryptoki cryptoki;
    private final AuthProvider provider;
    private final long slot;
    private final long anchor;
    private final Map<PublicKey, PrivateKey> keys;

    private TokenSession(
            Cryptoki cryptoki,
            AuthProvider provider,
            long slot,
            long anchor,
            Map<PublicKey, PrivateKey> keys) {
        this.cryptoki = cryptoki;
        this.provider = provider;
        this.slot = slot;
        this.anchor = anchor;
        this.keys = keys;
    }

    /**
     * Finds the token by its label, logs in once, finds each key by its public half, checks how it
     * is kept, and has it sign a canary.
     */
    static TokenSession open(Cryptoki cryptoki, TokenSettings settings, List<PublicKey> wanted)
            throws SigningKeyException {
        Long anchor = null;
        try {
            Cryptoki.Token token = find(cryptoki, settings.label());
            refuseLockedPin(token);
            anchor = cryptoki.openSession(token.slot());
            AuthProvider provider = provider(settings, token.slot(), "");
            KeyStore store = login(provider, settings);
            Map<PublicKey, PrivateKey> keys = new LinkedHashMap<>();
            KeyCustody custody = new KeyCustody(cryptoki, anchor);
            for (PublicKey key : wanted) {
                keys.put(key, privateKey(store, settings, key));
                custody.require(key);
            }
            TokenSession session = new TokenSession(cryptoki, provider, token.slot(), anchor, keys);
            for (PublicKey key : wanted) {
                session.canary(key);
            }
            anchor = null; // now the session's
            return session;
        } catch (Cryptoki.CryptokiException | GeneralSecurityException | ProviderException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    "token '%s': %s".formatted(settings.label(), explained(reason(e))),
                    e);
        } finally {
            if (anchor != null) {
                closeQuietly(cryptoki, anchor);
            }
        }
    }

    @Override
    public byte[] sign(PublicKey key, byte[] content)
            throws GeneralSecurityException, SigningKeyException {
        SignatureScheme scheme = SignatureScheme.of(key);
        Signature signature = Signature.getInstance(scheme.algorithm(), provider);
        signature.initSign(keys.get(key));
        return scheme.sign(signature, content);
    }

    @Override
    public void canary(PublicKey key) throws GeneralSecurityException, SigningKeyException {
        byte[] canary = Canary.content();
        if (!SignatureScheme.of(key).verifies(key, canary, sign(key, canary))) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    "the token signed a canary with another key than the one it was asked for");
        }
    }

    @Override
    public void logout() throws LoginException {
        try {
            provider.logout();
        } finally {
            closeQuietly(cryptoki, anchor);
        }
    }

    @Override
    public void abandon() {
        closeQuietly(cryptoki, anchor);
    }

    @Override
    public boolean clear() {
        try {
            cryptoki.closeAllSessions(slot);
            return true;
        } catch (Cryptoki.CryptokiException e) {
            LOG.atInfo()
                    .addKeyValue("reason", e.getMessage())
                    .log("sessions of a dead login could not be closed");
            return false;
        }
    }

    /**
     * The PKCS#11 return value in an exception's chain, {@code CKR_SESSION_HANDLE_INVALID}, or its
     * message.
     */
    static String reason(Throwable failure) {
        String last = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            Matcher matcher = RETURN_VALUE.matcher(message);
            if (matcher.find()) {
                return matcher.group();
            }
            if (cause.getMessage() != null) {
                last = message;
            }
        }
        return last;
    }

    /** Whether the token, or SunPKCS11 by what the token says of itself, had none left. */
    static boolean noSession(String reason) {
        return reason.equals(Cryptoki.SESSION_COUNT)
                || reason.equals("No more sessions available"); // of SunPKCS11's SessionManager
    }

    private static String explained(String reason) {
        return noSession(reason)
                ? reason
                        + ": the token has no session left (expected: at least 3 for this process: one holds the login, and looking for a key takes two)"
                : reason;
    }

    static Cryptoki.Token find(Cryptoki cryptoki, String label)
            throws SigningKeyException, Cryptoki.CryptokiException {
        List<Cryptoki.Token> tokens =
                cryptoki.tokens().stream().filter(Cryptoki.Token::initialised).toList();
        List<Cryptoki.Token> matching =
                tokens.stream().filter(token -> token.label().equals(label)).toList();
        if (matching.size() != 1) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    "token '%s': %d tokens of this label behind %s (expected: 1; there are: %s)"
                            .formatted(
                                    label,
                                    matching.size(),
                                    cryptoki.module(),
                                    tokens.stream().map(Cryptoki.Token::label).toList()));
        }
        return matching.getFirst();
    }

    private static void refuseLockedPin(Cryptoki.Token token) throws SigningKeyException {
        if (token.pinLocked() || token.lastPinTry()) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.PIN,
                    "token '%s': %s (expected: a token whose PIN was not refused lately; log in by hand once)"
                            .formatted(
                                    token.label(),
                                    token.pinLocked()
                                            ? "its PIN is locked"
                                            : "one last try is left before its PIN locks"));
        }
    }

    /**
     * @param template how generated keys are kept, in SunPKCS11's syntax; empty where none are
     *     generated
     */
    static AuthProvider provider(TokenSettings settings, long slot, String template) {
        // Leading "--": the text itself is the configuration, not the name of a file.
        String configuration =
                """
                --name=overt
                library=%s
                slot=%d
                destroyTokenAfterLogout=true
                cleaner.shortInterval=2000
                cleaner.longInterval=60000
                %s
                """
                        .formatted(settings.module(), slot, template);
        Provider base = Security.getProvider("SunPKCS11");
        if (base == null) {
            throw new ProviderException(
                    "this Java runtime has no SunPKCS11 (expected: the module jdk.crypto.cryptoki)");
        }
        try {
            return (AuthProvider) base.configure(configuration);
        } catch (InvalidParameterException e) {
            throw new ProviderException("SunPKCS11 refuses its configuration: " + reason(e), e);
        }
    }

    /**
     * One login, and never a second with the same PIN: each miss counts towards the token's lock.
     */
    static KeyStore login(AuthProvider provider, TokenSettings settings)
            throws SigningKeyException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        char[] pin = SecretFile.firstLine(settings.pinFile(), "the token's PIN");
        try {
            store.load(null, pin);
            return store;
        } catch (IOException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof FailedLoginException) {
                    throw new SigningKeyException(
                            SigningKeyException.Kind.PIN,
                            "token '%s' refused the PIN in %s: %s (it is not tried again)"
                                    .formatted(settings.label(), settings.pinFile(), reason(cause)),
                            e);
                }
            }
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    "token '%s': login: %s".formatted(settings.label(), explained(reason(e))),
                    e);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    static PrivateKey privateKey(KeyStore store, TokenSettings settings, PublicKey wanted)
            throws SigningKeyException, GeneralSecurityException {
        List<PrivateKey> found = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (!(store.getCertificate(alias) instanceof X509Certificate certificate)) {
                continue;
            }
            seen.add(certificate.getSubjectX500Principal().getName());
            if (certificate.getPublicKey().equals(wanted) && store.isKeyEntry(alias)) {
                found.add(key(store, alias));
            }
        }
        if (found.size() != 1) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    "token '%s': %d private keys whose certificate has the issuing key (expected: 1, with a certificate under the same CKA_ID; certificates seen: %s)"
                            .formatted(settings.label(), found.size(), seen));
        }
        if (found.getFirst().getEncoded() != null) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    "token '%s': the issuing key can be read out (expected: sensitive, never extractable)"
                            .formatted(settings.label()));
        }
        return found.getFirst();
    }

    private static PrivateKey key(KeyStore store, String alias)
            throws GeneralSecurityException, SigningKeyException {
        try {
            // The PIN was given at the login; an entry has no password of its own.
            if (store.getKey(alias, null) instanceof PrivateKey key) {
                return key;
            }
        } catch (UnrecoverableKeyException e) {
            throw new KeyStoreException("entry " + alias + ": " + reason(e), e);
        }
        throw new SigningKeyException(
                SigningKeyException.Kind.KEY, "entry " + alias + " on the token is no private key");
    }

    static void closeQuietly(Cryptoki cryptoki, long session) {
        try {
            cryptoki.closeSession(session);
        } catch (Cryptoki.CryptokiException _) {
            // It was dropped with the others: then it is closed already.
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TokenSession.class);

    private static final Pattern RETURN_VALUE = Pattern.compile("CKR_[A-Z0-9_]+");
}

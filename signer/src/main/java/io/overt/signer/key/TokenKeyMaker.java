package io.overt.signer.key;

import java.nio.charset.StandardCharsets;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.login.LoginException;

/**
 * Makes keys in a token. Apart from {@link SigningToken}, since the process that signs has no
 * business making keys. Confined to one thread; logs in when opened and out when closed.
 */
public final class TokenKeyMaker implements AutoCloseable {

    private final AuthProvider provider;
    private final KeyStore store;
    private final TokenSettings settings;

    private TokenKeyMaker(AuthProvider provider, KeyStore store, TokenSettings settings) {
        this.provider = provider;
        this.store = store;
        this.settings = settings;
    }

    /** Logs in on a token that is there. */
    public static TokenKeyMaker open(TokenSettings settings) throws SigningKeyException {
        Cryptoki cryptoki = Cryptoki.load(settings.module());
        try {
            long slot = TokenSession.find(cryptoki, settings.label()).slot();
            AuthProvider provider = TokenSession.provider(settings, slot, TEMPLATE);
            return new TokenKeyMaker(provider, TokenSession.login(provider, settings), settings);
        } catch (Cryptoki.CryptokiException | GeneralSecurityException | ProviderException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    "token '%s': %s".formatted(settings.label(), TokenSession.reason(e)),
                    e);
        }
    }

    /**
     * Makes a token of this label in an empty slot, with the PIN of the settings.
     *
     * @param soPin the security officer's, wiped by the caller
     * @throws SigningKeyException when there is a token of this label, or no empty slot
     */
    public static void initialiseToken(TokenSettings settings, char[] soPin)
            throws SigningKeyException {
        Cryptoki cryptoki = Cryptoki.load(settings.module());
        char[] pin = SecretFile.firstLine(settings.pinFile(), "the token's PIN");
        try {
            List<Cryptoki.Token> tokens = cryptoki.tokens();
            if (tokens.stream()
                    .anyMatch(
                            token ->
                                    token.initialised()
                                            && token.label().equals(settings.label()))) {
                throw new SigningKeyException(
                        SigningKeyException.Kind.TOKEN,
                        "token '%s': is there already, and is not initialised again"
                                .formatted(settings.label()));
            }
            Cryptoki.Token empty =
                    tokens.stream()
                            .filter(token -> !token.initialised())
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new SigningKeyException(
                                                    SigningKeyException.Kind.TOKEN,
                                                    settings.module()
                                                            + ": no slot with an empty token"));
            cryptoki.initialiseToken(empty.slot(), settings.label(), utf8(soPin), utf8(pin));
        } catch (Cryptoki.CryptokiException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    "token '%s': %s".formatted(settings.label(), e.getMessage()),
                    e);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    /** Whether an entry of this alias is there. */
    public boolean has(String alias) throws GeneralSecurityException {
        return store.containsAlias(alias);
    }

    /** Makes an EC P-256 key; it is found by the signer only after {@link #keep}. */
    public KeyPair generate() throws GeneralSecurityException {
        return generate("secp256r1");
    }

    /** Makes an EC key on a named curve. */
    KeyPair generate(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    /** A key that lies in the token beside a certificate of its public half. */
    PrivateKey find(PublicKey key) throws GeneralSecurityException, SigningKeyException {
        return TokenSession.privateKey(store, settings, key);
    }

    /** What signs with keys made here. */
    public Provider provider() {
        return provider;
    }

    /** Puts certificates beside the key; alias and CKA_ID of both become the same. */
    public void keep(String alias, PrivateKey key, List<X509Certificate> chain)
            throws GeneralSecurityException {
        store.setKeyEntry(alias, key, null, chain.toArray(Certificate[]::new));
    }

    @Override
    public void close() throws SigningKeyException {
        try {
            provider.logout();
        } catch (LoginException | ProviderException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN, "logout: " + TokenSession.reason(e), e);
        }
    }

    private static byte[] utf8(char[] text) {
        return new String(text).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The public key object serves nobody, since the certificate has it: made for the session only,
     * it leaves none behind whose CKA_ID is not the entry's.
     */
    private static final String TEMPLATE =
            """
            attributes(generate,CKO_PRIVATE_KEY,*) = {
              CKA_TOKEN = true
              CKA_PRIVATE = true
              CKA_SENSITIVE = true
              CKA_EXTRACTABLE = false
              CKA_SIGN = true
              CKA_DECRYPT = false
              CKA_UNWRAP = false
              CKA_SIGN_RECOVER = false
              CKA_DERIVE = false
            }
            attributes(generate,CKO_PUBLIC_KEY,*) = {
              CKA_TOKEN = false
              CKA_VERIFY = true
              CKA_ENCRYPT = false
              CKA_WRAP = false
            }
            """;
}

package io.overt.signer.ca;

import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenKeyMaker;
import io.overt.signer.key.TokenSettings;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;

/** Keys in a token: made there, sign-only, sensitive, never extractable. */
final class TokenCaKeys implements CaKeys {

    private final TokenKeyMaker maker;

    TokenCaKeys(TokenSettings settings) throws CaException {
        try {
            this.maker = TokenKeyMaker.open(settings);
        } catch (SigningKeyException e) {
            throw new CaException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void requireAbsent(Role role) throws CaException, GeneralSecurityException {
        if (maker.has(role.alias())) {
            throw new CaException(
                    "the token has a key '%s' already, and it is not overwritten"
                            .formatted(role.alias()));
        }
    }

    @Override
    public KeyPair generate(Role role) throws GeneralSecurityException {
        return maker.generate();
    }

    @Override
    public Provider provider() {
        return maker.provider();
    }

    @Override
    public void keep(Role role, KeyPair key, List<X509Certificate> chain)
            throws GeneralSecurityException {
        maker.keep(role.alias(), key.getPrivate(), chain);
    }

    @Override
    public void close() throws CaException {
        try {
            maker.close();
        } catch (SigningKeyException e) {
            throw new CaException(String.valueOf(e.getMessage()), e);
        }
    }
}

package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.key.InsecureFileSigningKey;
import io.overt.signer.key.SigningKey;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.SigningToken;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The opened issuing keys, by their public halves. Whoever opens them closes them.
 *
 * @param byPublicKey one for each issuer
 * @param closing ends what they need
 */
record Keys(Map<PublicKey, SigningKey> byPublicKey, Runnable closing) implements AutoCloseable {

    static Keys open(
            KeySource source,
            List<PublicKey> wanted,
            MeterRegistry registry,
            Consumer<String> lastResort)
            throws SigningKeyException {
        Map<PublicKey, SigningKey> keys = new HashMap<>();
        switch (source) {
            case KeySource.InToken(var settings) -> {
                SigningToken token = SigningToken.open(settings, wanted, registry, lastResort);
                wanted.forEach(key -> keys.put(key, token.key(key)));
                return new Keys(keys, token::close);
            }
            case KeySource.InsecureFile(Path pkcs12, Path passwordFile) -> {
                for (PublicKey key : wanted) {
                    keys.put(key, InsecureFileSigningKey.open(pkcs12, passwordFile, key));
                }
                return new Keys(keys, () -> {});
            }
        }
    }

    SigningKey of(PublicKey key) {
        SigningKey found = byPublicKey.get(key);
        if (found == null) {
            throw new IllegalArgumentException("no key was opened for this issuer");
        }
        return found;
    }

    @Override
    public void close() {
        closing.run();
    }
}

package io.overt.signer.key;

import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks how a token keeps an issuing key, by the attributes that the token itself reports:
 * sensitive, never extractable, and able to do nothing but sign. A key that could once be read out
 * is as good as copied.
 */
final class KeyCustody {

    private final Cryptoki cryptoki;
    private final long session;

    /**
     * Looks through this session.
     *
     * @param session of an application that is logged in, since private objects are not shown to
     *     others
     */
    KeyCustody(Cryptoki cryptoki, long session) {
        this.cryptoki = cryptoki;
        this.session = session;
    }

    /**
     * Refuses the key unless exactly one private key goes with it and that one is kept as it must
     * be.
     */
    void require(PublicKey key) throws SigningKeyException, Cryptoki.CryptokiException {
        List<Long> found = new ArrayList<>();
        for (byte[] id : idsOf(key)) {
            found.addAll(cryptoki.objects(session, Cryptoki.CKO_PRIVATE_KEY, Optional.of(id)));
        }
        if (found.size() != 1) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    found.size() + " private keys on the token for the issuing key (expected: 1)");
        }
        // Not whether it was made there: an HSM's own backup brings a key back from another one.
        List<String> faults = of(found.getFirst()).faults();
        if (!faults.isEmpty()) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.KEY,
                    "the issuing key on the token "
                            + String.join(", ", faults)
                            + " (expected: sensitive, never extractable, sign only)");
        }
    }

    private List<byte[]> idsOf(PublicKey key) throws Cryptoki.CryptokiException {
        List<byte[]> ids = new ArrayList<>();
        for (long certificate :
                cryptoki.objects(session, Cryptoki.CKO_CERTIFICATE, Optional.empty())) {
            Optional<byte[]> der = cryptoki.value(session, certificate, Cryptoki.CKA_VALUE);
            Optional<byte[]> id = cryptoki.value(session, certificate, Cryptoki.CKA_ID);
            if (der.isPresent()
                    && id.isPresent()
                    && certifies(der.get(), key)
                    && ids.stream().noneMatch(known -> Arrays.equals(known, id.get()))) {
                ids.add(id.get());
            }
        }
        return ids;
    }

    private static boolean certifies(byte[] der, PublicKey key) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey()
                    .equals(key);
        } catch (CertificateException e) {
            return false; // whatever else lies on the token is not ours to judge
        }
    }

    /**
     * How the token keeps a private key, attribute by attribute.
     *
     * @param privateKey its handle
     */
    Custody of(long privateKey) throws Cryptoki.CryptokiException {
        Map<Custody.Trait, Boolean> traits = new EnumMap<>(Custody.Trait.class);
        for (Custody.Trait trait : Custody.Trait.values()) {
            Optional<byte[]> value = cryptoki.value(session, privateKey, trait.attribute());
            // An attribute that the token does not report is fine only where its absence is the
            // safe answer.
            traits.put(trait, value.isPresent() && value.get().length == 1 && value.get()[0] != 0);
        }
        return new Custody(traits);
    }
}

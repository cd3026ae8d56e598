package io.overt.x509.lint;

import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import java.security.PublicKey;
import java.util.Set;

/**
 * What a leaf must agree with.
 *
 * @param issuer who is to sign it
 * @param profile by which it is made
 * @param key the one that the site enrolled
 * @param epoch of {@code key}
 * @param caKeys keys of CAs and logs of ours, which no leaf carries
 */
public record LeafTerms(
        IssuingCa issuer,
        MirrorProfile profile,
        LeafPublicKey key,
        Epoch epoch,
        Set<PublicKey> caKeys) {

    public LeafTerms {
        caKeys = Set.copyOf(caKeys);
    }
}

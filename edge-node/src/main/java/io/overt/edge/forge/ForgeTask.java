package io.overt.edge.forge;

import io.overt.edge.site.EpochKey;
import io.overt.x509.ForgeKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.VerifiedUpstream;

/**
 * One leaf to be found or forged: all that its TBS depends on but the issuer.
 *
 * @param name what the leaf is called in every cache
 */
record ForgeTask(VerifiedUpstream upstream, EpochKey key, MirrorProfile profile, ForgeKey name) {

    static ForgeTask of(VerifiedUpstream upstream, EpochKey key, MirrorProfile profile) {
        return new ForgeTask(
                upstream,
                key,
                profile,
                ForgeKey.of(upstream.leaf(), key.publicKey(), profile, key.epoch()));
    }

    /** What a leaf by {@code issuer} has to say. */
    Mirroring mirroredFor(KnownIssuer issuer) {
        return MirrorRecipe.derive(upstream, key.publicKey(), issuer.ca(), profile, key.epoch());
    }
}

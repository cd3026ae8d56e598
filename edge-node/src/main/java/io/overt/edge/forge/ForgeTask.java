package io.overt.edge.forge;

import io.overt.edge.site.EpochKey;
import io.overt.x509.ForgeKey;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.UpstreamStanding;
import io.overt.x509.VerifiedUpstream;

/**
 * One leaf to be found or forged: all that its TBS depends on but the issuer.
 *
 * @param name what the leaf is called in every cache
 */
record ForgeTask(UpstreamStanding upstream, EpochKey key, MirrorProfile profile, ForgeKey name) {

    static ForgeTask of(UpstreamStanding upstream, EpochKey key, MirrorProfile profile) {
        return new ForgeTask(
                upstream,
                key,
                profile,
                ForgeKey.of(upstream, key.publicKey(), profile, key.epoch()));
    }

    /** Which issuers may sign it. */
    IssuerTrust trust() {
        return switch (upstream) {
            case VerifiedUpstream _ -> IssuerTrust.TRUSTED;
            case UntrustedUpstream _ -> IssuerTrust.UNTRUSTED;
        };
    }

    /**
     * What a leaf by {@code issuer} has to say.
     *
     * @param issuer one of {@link #trust}
     */
    Mirroring mirroredFor(KnownIssuer issuer) {
        return switch (upstream) {
            case VerifiedUpstream verified ->
                    MirrorRecipe.derive(
                            verified, key.publicKey(), issuer.ca(), profile, key.epoch());
            case UntrustedUpstream untrusted ->
                    MirrorRecipe.derive(
                            untrusted, key.publicKey(), issuer.ca(), profile, key.epoch());
        };
    }
}

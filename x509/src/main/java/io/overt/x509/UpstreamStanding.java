package io.overt.x509;

import java.security.cert.X509Certificate;

/**
 * An upstream's chain with what was found about it. Which of the two it is decides by which issuer
 * it can be mirrored: {@link MirrorRecipe} takes no {@link UntrustedUpstream} to an issuer that
 * clients trust, and no {@link VerifiedUpstream} to one that they do not.
 */
public sealed interface UpstreamStanding permits VerifiedUpstream, UntrustedUpstream {

    /** The chain as it was presented. */
    PresentedChain chain();

    /** The name it was looked at for. */
    ReferenceIdentity name();

    /** The upstream's own certificate. */
    default X509Certificate leaf() {
        return chain().leaf();
    }

    /** Whether a request for {@code other} may go to this upstream. */
    boolean names(ReferenceIdentity other);
}

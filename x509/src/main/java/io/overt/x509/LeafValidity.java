package io.overt.x509;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * When a forged leaf is valid: as upstream, not beyond the issuer's end, not longer than the
 * profile's cap; and exactly as upstream where nobody trusts the issuer.
 *
 * <p>There is no clock here, or edge and signer would not derive the same bytes. Where an
 * upstream's life must be cut, the epoch's start says around when (ADR 0010).
 *
 * @param notBefore the first second
 * @param notAfter the last second (RFC 5280 §4.1.2.5: both are inside)
 */
record LeafValidity(Instant notBefore, Instant notAfter) {
    static LeafValidity of(TbsFields upstream, IssuingCa issuer, MirrorProfile profile, Epoch epoch)
            throws MalformedDerException {
        X509Certificate ca = issuer.certificate();
        LeafValidity theirs =
                new LeafValidity(upstream.notBefore().time(), upstream.notAfter().time());
        if (issuer.trust() == IssuerTrust.UNTRUSTED) {
            // An expired certificate stays one, to the second: neither the issuer's life nor the
            // epoch may make it look current, or out of date in another way.
            return theirs;
        }
        LeafValidity common =
                theirs.within(ca.getNotBefore().toInstant(), ca.getNotAfter().toInstant());
        if (common.isEmpty()) {
            return common;
        }
        Instant epochStart = epoch.start(profile.epochLength()).minus(profile.epochGrace());
        return switch (profile.recipe()) {
            case MIRROR -> {
                // The issuer caps the end only: a path is judged at one moment (RFC 5280 §6.1.3),
                // and
                // an issuer younger than the upstream certificate is the normal case after each
                // roll-over.
                var mirrored = new LeafValidity(theirs.notBefore, common.notAfter);
                yield mirrored.life().compareTo(profile.maxLifetime()) <= 0
                        ? mirrored
                        : common.within(epochStart, lastSecond(epochStart, profile.maxLifetime()));
            }
            case STRICT ->
                    // Never over the cap: a profile's cap is at least the epoch and twice the
                    // grace.
                    common.within(
                            epochStart,
                            epoch.end(profile.epochLength())
                                    .plus(profile.epochGrace())
                                    .minusSeconds(1));
        };
    }

    boolean isEmpty() {
        return notAfter.isBefore(notBefore);
    }

    private Duration life() {
        return Duration.between(notBefore, notAfter).plusSeconds(1);
    }

    private LeafValidity within(Instant earliest, Instant latest) {
        return new LeafValidity(
                notBefore.isBefore(earliest) ? earliest : notBefore,
                notAfter.isAfter(latest) ? latest : notAfter);
    }

    private static Instant lastSecond(Instant first, Duration life) {
        return first.plus(life).minusSeconds(1);
    }
}

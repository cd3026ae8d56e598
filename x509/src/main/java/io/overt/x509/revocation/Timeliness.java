package io.overt.x509.revocation;

import io.overt.x509.revocation.RevocationAnswer.Why;
import java.time.Duration;
import java.time.Instant;

/** Whether a source is of now. */
final class Timeliness {
    /**
     * By how much a responder's clock may differ from ours, either way. OpenSSL's default; CAs
     * backdate by an hour and renew days ahead, so it matters to small private CAs only.
     */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    static void check(Instant thisUpdate, Instant nextUpdate, Instant at) throws UnusableException {
        if (nextUpdate.isBefore(thisUpdate)) {
            throw new UnusableException(
                    Why.RULE_BROKEN, "nextUpdate " + nextUpdate + " before thisUpdate");
        }
        if (thisUpdate.isAfter(at.plus(CLOCK_SKEW))) {
            throw new UnusableException(
                    Why.NOT_YET_VALID, "thisUpdate " + thisUpdate + ", not yet at " + at);
        }
        if (nextUpdate.isBefore(at.minus(CLOCK_SKEW))) {
            throw new UnusableException(Why.STALE, "nextUpdate " + nextUpdate + ", over at " + at);
        }
    }

    private Timeliness() {}
}

package io.overt.x509;

import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;

/**
 * RFC 5280 §4.2.1.9.
 *
 * @param pathLength intermediates allowed below, as far as an int reaches
 */
record BasicConstraints(boolean isCa, OptionalInt pathLength) {
    /**
     * An encoded FALSE is let pass although DER leaves it out: certificates of live sites have it,
     * and every reader takes it for what it says.
     */
    static BasicConstraints of(DerElement value) throws MalformedDerException {
        List<DerElement> parts = value.expect(Der.SEQUENCE).children();
        int next = 0;
        boolean ca = false;
        if (next < parts.size() && parts.get(next).tag() == Der.BOOLEAN) {
            ca = parts.get(next++).bool();
        }
        OptionalInt pathLength = OptionalInt.empty();
        if (next < parts.size()) {
            BigInteger length = parts.get(next++).integer();
            if (length.signum() < 0) {
                throw new MalformedDerException(
                        "pathLenConstraint " + length + " (expected: 0 up)");
            }
            pathLength =
                    OptionalInt.of(length.min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue());
        }
        if (next < parts.size()) {
            throw new MalformedDerException("more than cA and pathLenConstraint");
        }
        return new BasicConstraints(ca, pathLength);
    }
}

package io.overt.policy;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a rule says about failures: its {@code on}, and for whatever it does not state there the
 * failure's default. Immutable.
 */
public final class Outcomes {
    private final Map<Failure, FailureAction> stated;
    private final Optional<Pinned> pinned;

    private Outcomes(Map<Failure, FailureAction> stated, Optional<Pinned> pinned) {
        this.stated = stated;
        this.pinned = pinned;
    }

    /** What a rule without {@code on} says. */
    public static Outcomes unstated() {
        return stating(Map.of(), Optional.empty());
    }

    /**
     * @throws IllegalArgumentException when a failure is answered with an action that it does not
     *     allow, or one is stated that has no key of its own ({@link Failure#NOT_MIRRORABLE}) or is
     *     stated by {@code pinned} ({@link Failure#CLIENT_REFUSED})
     */
    public static Outcomes stating(Map<Failure, FailureAction> stated, Optional<Pinned> pinned) {
        EnumMap<Failure, FailureAction> copy = new EnumMap<>(Failure.class);
        stated.forEach(
                (failure, action) -> {
                    if (failure == Failure.NOT_MIRRORABLE
                            || failure == Failure.CLIENT_REFUSED
                            || !failure.allowed().contains(action)) {
                        throw new IllegalArgumentException(failure + ": " + action);
                    }
                    copy.put(failure, action);
                });
        return new Outcomes(copy, pinned);
    }

    /** What is to be done about {@code failure}: always an action that the failure allows. */
    public FailureAction of(Failure failure) {
        return switch (failure) {
            case NOT_MIRRORABLE -> {
                FailureAction untrusted = of(Failure.UNTRUSTED);
                yield untrusted == FailureAction.MIRROR_UNTRUSTED ? FailureAction.BLOCK : untrusted;
            }
            case CLIENT_REFUSED -> pinned.map(Pinned::then).orElse(failure.unstated());
            case UNTRUSTED,
                    CLIENT_CERT,
                    CLIENT_CERT_REQUIRED,
                    NOT_OFFERED,
                    WEAKER,
                    POST_QUANTUM_LOST,
                    UNREACHABLE,
                    HANDSHAKE_FAILED,
                    SIGNER_AWAY,
                    OVERLOAD,
                    NOT_TLS,
                    HELLO_MALFORMED,
                    HELLO_TOO_LARGE,
                    HELLO_TOO_SLOW,
                    HELLO_ABSENT,
                    NO_ECDSA ->
                    stated.getOrDefault(failure, failure.unstated());
        };
    }

    /** When refusals earn an exclusion; empty when they never do. */
    public Optional<Pinned> pinned() {
        return pinned;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcomes that
                && stated.equals(that.stated)
                && pinned.equals(that.pinned);
    }

    @Override
    public int hashCode() {
        return 31 * stated.hashCode() + pinned.hashCode();
    }

    @Override
    public String toString() {
        return "Outcomes[stated=" + stated + ", pinned=" + pinned + "]";
    }
}

package io.overt.policy;

/**
 * How much a rule wants to know about whether an upstream's certificates have been revoked, before
 * it is inspected. A certificate that is known to be revoked counts as {@link Failure#UNTRUSTED}
 * under {@link #SOFT} and {@link #HARD} alike.
 */
public enum Revocation {
    /** Nothing is looked at, not even what the upstream staples. */
    OFF("off"),
    /** What can be had in a short time counts; where nothing can, the connection goes on. */
    SOFT("soft"),
    /** Where nothing can be had, the upstream counts as untrusted. */
    HARD("hard");

    private final String key;

    Revocation(String key) {
        this.key = key;
    }

    /** The word for it in a policy. */
    public String key() {
        return key;
    }

    /** What a rule without the key says. */
    public static Revocation unstated() {
        return SOFT;
    }
}

package io.overt.policy;

/**
 * How much a rule wants to know about whether an upstream's certificates have been revoked, before
 * it is inspected. A certificate that is known to be revoked counts as {@link Failure#UNTRUSTED}
 * under {@link #SOFT} and {@link #HARD} alike.
 */
public enum Revocation {
    /** Nothing is looked at, not even what the upstream staples. */
    OFF("off", "nothing is asked, not even what the server staples"),
    /** What can be had in a short time counts; where nothing can, the connection goes on. */
    SOFT(
            "soft",
            "what can be had in a short time counts; where nobody can say, the connection goes on"),
    /** Where nothing can be had, the upstream counts as untrusted. */
    HARD("hard", "where nobody can say, the server is `untrusted`");

    private final String key;
    private final String meaning;

    Revocation(String key, String meaning) {
        this.key = key;
        this.meaning = meaning;
    }

    /** The word for it in a policy. */
    public String key() {
        return key;
    }

    /** A phrase for people who write policies. */
    String meaning() {
        return meaning;
    }

    /** What a rule without the key says. */
    public static Revocation unstated() {
        return SOFT;
    }
}

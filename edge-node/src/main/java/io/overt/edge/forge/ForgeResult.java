package io.overt.edge.forge;

/**
 * What came of forging a leaf. Every alternative but the first is an outcome that the matching
 * policy rule decides about.
 */
public sealed interface ForgeResult {

    /**
     * A leaf to show to the client.
     *
     * @param leaf ready for an engine; the cache closes it, a connection never does
     * @param tier where it came from
     */
    record Forged(ForgedLeaf leaf, Tier tier) implements ForgeResult {}

    /**
     * A signer looked at the request and said no. Asking again, or asking another signer, would not
     * help.
     *
     * @param reason the name of the {@code RefusalReason} without its prefix, e.g. {@code
     *     NAME_NEVER_FORGED}; for programs and metrics
     * @param detail for people and logs
     */
    record Refused(String reason, String detail) implements ForgeResult {}

    /**
     * The recipe does not mirror such a certificate (CA:TRUE, unknown critical extension): it
     * counts as an untrusted upstream.
     *
     * @param detail for people and logs
     */
    record NotMirrorable(String detail) implements ForgeResult {}

    /**
     * No answer in time: no leaf keys yet, no signer reachable, or the deadline passed. The next
     * connection may fare better.
     *
     * @param detail for people and logs
     */
    record Unavailable(String detail) implements ForgeResult {}
}

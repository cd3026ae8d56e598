package io.overt.edge.forge;

/** Where a forged leaf came from; connection records and counters carry {@link #text()}. */
public enum Tier {
    /** This process had it, ready for use. */
    LOCAL("local"),
    /** Another edge of the site had it forged before; it was verified again here. */
    SITE_CACHE("site-cache"),
    /** A signer was asked. */
    SIGNER("signer");

    private final String text;

    Tier(String text) {
        this.text = text;
    }

    /** The name in records, metrics and documentation. */
    public String text() {
        return text;
    }
}

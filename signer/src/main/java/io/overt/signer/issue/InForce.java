package io.overt.signer.issue;

/**
 * The rules as they are now. Whoever checks a request looks once and keeps to what it saw, and what
 * leaves is looked at again. Thread-safe; only acts replace them.
 */
public final class InForce {

    private volatile Rules rules;

    /** Rules that hold until others do. */
    public InForce(Rules rules) {
        this.rules = rules;
    }

    /** What holds now. */
    public Rules now() {
        return rules;
    }

    /** From the return on, these hold. */
    public void replace(Rules next) {
        rules = next;
    }
}

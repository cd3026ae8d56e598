package io.overt.control.store;

/** What others wait for. A name goes over the wire between builds: additive only. */
public enum Topic {
    /** A version of the policy was published. */
    POLICY("policy");

    private final String word;

    Topic(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}

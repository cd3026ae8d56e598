package io.overt.policy;

/** What a condition may ask about a connection, by the word that a policy's tests use for it. */
public enum Fact {
    HOST("host"),
    CLIENT("client"),
    DESTINATION("destination"),
    PORT("port"),
    SITE("site"),
    LISTENER("listener"),
    USER("user"),
    TIME("time"),
    ALPN("hello.alpn"),
    ECH("hello.ech"),
    JA4("hello.ja4");

    private final String key;

    Fact(String key) {
        this.key = key;
    }

    /** The word for it. */
    public String key() {
        return key;
    }
}

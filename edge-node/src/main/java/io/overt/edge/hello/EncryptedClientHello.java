package io.overt.edge.hello;

/**
 * Whether the hello carries the {@code encrypted_client_hello} extension (RFC 9849).
 *
 * <p>There is no third value: an offer made to a server that published a key and one made up to
 * keep the extension usable (GREASE ECH, RFC 9849 §6.2) are indistinguishable by design, so a
 * policy can only ask about the extension. With {@link #PRESENT}, {@link ClientHello#serverName()}
 * may be the public name of a client-facing server.
 */
public enum EncryptedClientHello {
    PRESENT,
    ABSENT
}

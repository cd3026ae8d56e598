package io.overt.policy;

import java.util.List;

/** What was learned from the client's first bytes. */
public sealed interface HelloFacts {
    /**
     * A ClientHello was read whole.
     *
     * @param alpn protocol names in the order offered; empty when the extension is absent
     * @param ech whether encrypted_client_hello was offered; the server name is then the outer one
     * @param ja4 the hello's JA4 fingerprint
     */
    record Peeked(List<String> alpn, Ech ech, String ja4) implements HelloFacts {
        public Peeked {
            alpn = List.copyOf(alpn);
        }
    }

    /** No ClientHello could be read. */
    record NotPeeked(HelloFault fault) implements HelloFacts {}
}

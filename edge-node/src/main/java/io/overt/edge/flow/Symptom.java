package io.overt.edge.flow;

/**
 * How it showed that an upstream cannot be had. A client without us would have met the same, and
 * meets it now where the rule says block.
 */
public sealed interface Symptom {

    /** A TLS alert. */
    record Alerted(TlsAlert alert) implements Symptom {}

    /** What shows without a word of TLS. */
    enum Plain implements Symptom {
        /** RST: to our SYN, or to a connection that stood. */
        RESET,
        /** FIN, and nothing before it that explains it. */
        CLOSED,
        /** Nothing at all, until our patience was at its end. */
        SILENCE,
        /** The network says that there is no way. */
        NO_ROUTE
    }
}

package io.overt.edge.flow;

import java.util.Locale;

/** Whether a client's wish for a post-quantum key exchange reached its upstream. */
public enum PostQuantum {
    /** The client did not offer X25519MLKEM768. */
    NOT_OFFERED,
    /** It did, and the upstream leg has it. */
    KEPT,
    /** It did, we offered it too, and the upstream would not. */
    LOST;

    /** Of a connection whose upstream finished its handshake. */
    public static PostQuantum of(Known.Met met) {
        if (!met.judged().heard().hello().groups().contains(UpstreamOffer.X25519MLKEM768)) {
            return NOT_OFFERED;
        }
        return LegComparison.isHybrid(met.session().tls()) ? KEPT : LOST;
    }

    /** The name in records and metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

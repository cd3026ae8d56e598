package io.overt.x509;

import java.security.cert.X509Certificate;
import java.util.List;

/** What became of looking for a path. */
public sealed interface PathOutcome {
    /**
     * @param path leaf first, trust anchor last
     */
    record Found(List<X509Certificate> path) implements PathOutcome {
        public Found {
            path = List.copyOf(path);
        }
    }

    /**
     * @param reasons at least one, the leaf's own first
     */
    record None(List<UntrustedReason> reasons) implements PathOutcome {
        public None {
            reasons = List.copyOf(reasons);
        }
    }
}

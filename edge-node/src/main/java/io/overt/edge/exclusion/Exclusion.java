package io.overt.edge.exclusion;

/**
 * A fact for a decision: this client and this host are excluded. What that means is the matched
 * rule's to say.
 *
 * @param kind the strongest kind among the refusals
 * @param refusals how many there were, of any kind
 */
public record Exclusion(Scope scope, Basis basis, RefusalKind kind, int refusals) {
    public Exclusion {
        if (basis == Basis.EVIDENCE) {
            throw new IllegalArgumentException("basis: EVIDENCE excludes nothing");
        }
    }

    /** For people, one line. */
    public String text() {
        return basis.text()
                + " for "
                + (scope == Scope.CLIENT ? "this client" : "every client")
                + " after "
                + refusals
                + (refusals == 1 ? " refusal" : " refusals")
                + ", the strongest by "
                + kind.text();
    }
}

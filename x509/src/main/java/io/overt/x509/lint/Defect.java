package io.overt.x509.lint;

/**
 * A breach of a rule.
 *
 * @param detail for people: the offending value, what was expected
 */
public record Defect(LintRule rule, String detail) {

    /** {@code key-usage: not critical (expected: critical); RFC 5280 §4.2.1.3}. */
    @Override
    public String toString() {
        return rule.text() + ": " + detail + "; " + rule.clause();
    }
}

package io.overt.policy;

import java.util.List;

/**
 * How large a policy may be. A policy comes signed from the control plane; these bound what a
 * mistake, or whoever has taken the control plane over, makes an edge spend on it.
 */
final class Limits {
    private Limits() {}

    /** Of the document; ten thousand rules fit. */
    static final int DOCUMENT_BYTES = 1 << 20;

    /** Levels of mappings and lists in the document; people write six. */
    static final int NESTING = 32;

    /**
     * Scalars, lists and mappings of the document with each alias counted as what it stands for.
     */
    static final int NODES = 250_000;

    /** Lists of a policy. */
    static final int LISTS = 256;

    /** Of one list. */
    static final int LIST_BYTES = 64 << 20;

    /** A line of a list; rules of content blockers are long, and these are longer. */
    static final int LINE_BYTES = 64 << 10;

    /** Of all lists together: the index's arrays are indexed by an int. */
    static final long ALL_LISTS_BYTES = 256L << 20;

    /** Problems reported of a policy: they travel back to the control plane in one message. */
    static final int PROBLEMS = 1000;

    /** Problems reported of one list; a file of the wrong kind has one on each line. */
    static final int PROBLEMS_OF_A_LIST = 20;

    /** Of a label or a reason, in characters. */
    static final int PROSE = 500;

    /** Of any other text in a condition, in characters. */
    static final int TEXT = 1000;

    /** All of them, as people are told. */
    static final List<Limit> ALL =
            List.of(
                    new Limit("the document", DOCUMENT_BYTES, " bytes"),
                    new Limit("its nesting", NESTING, " levels"),
                    new Limit("its values, each alias counted as what it stands for", NODES, ""),
                    new Limit("lists", LISTS, ""),
                    new Limit("one list", LIST_BYTES, " bytes"),
                    new Limit("a line of a list", LINE_BYTES, " bytes"),
                    new Limit("all lists", ALL_LISTS_BYTES, " bytes"),
                    new Limit("a label or a reason", PROSE, " characters"),
                    new Limit("any other text", TEXT, " characters"),
                    new Limit("problems that are reported; the rest is counted", PROBLEMS, ""),
                    new Limit(
                            "problems that are reported of one list; the rest is counted",
                            PROBLEMS_OF_A_LIST,
                            ""));

    /**
     * A limit.
     *
     * @param what is limited, as a phrase
     * @param unit of the number, with a blank before; empty: a count
     */
    record Limit(String what, long most, String unit) {
        @Override
        public String toString() {
            return most + unit;
        }
    }
}

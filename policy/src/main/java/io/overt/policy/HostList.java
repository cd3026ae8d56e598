package io.overt.policy;

/**
 * A list of host patterns that is looked up where it lies, however many names it has. Immutable,
 * usable by any number of threads; a look-up neither blocks nor keeps anything.
 */
public interface HostList {
    /** Whether {@code host} is one of the names that the list stands for. */
    boolean contains(HostName host);

    /** Number of names that the list holds, each with its reach. */
    long size();

    /** The list without names, for a document that is asked something where its list is not. */
    static HostList none() {
        return new HostList() {
            @Override
            public boolean contains(HostName host) {
                return false;
            }

            @Override
            public long size() {
                return 0;
            }
        };
    }
}

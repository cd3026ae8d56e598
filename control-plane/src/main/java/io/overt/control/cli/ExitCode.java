package io.overt.control.cli;

/** What scripts can tell apart. */
final class ExitCode {
    /** Done as asked. */
    static final int OK = 0;

    /** The policy has problems; nothing was published. */
    static final int PROBLEMS = 1;

    /** Command line, configuration or a local file. */
    static final int USAGE = 2;

    /** The control plane could not be asked, or refused to answer. */
    static final int CONTROL_PLANE = 3;

    /** Published, but an edge refused it or did not answer in time. */
    static final int NOT_IN_FORCE = 4;

    /** Nobody has refused what is to be confirmed or forgotten, or no more may be confirmed. */
    static final int NOT_RULED = 5;

    /** A test of the policy failed. */
    static final int TEST_FAILED = 6;

    /** The answer rests on a fact that was not given. */
    static final int CANNOT_TELL = 7;

    /** There are differences, and whoever asked wants to know by the code. */
    static final int DIFFERS = 8;

    /** A line of the audit trail does not continue the one before, or its end is missing. */
    static final int AUDIT_BROKEN = 9;

    /** A search found nothing. */
    static final int NOT_FOUND = 10;

    /** A witnessed log is forked, malformed, stale or cannot be reached. */
    static final int LOG_NOT_CONSISTENT = 11;

    private ExitCode() {}
}

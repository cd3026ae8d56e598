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

    private ExitCode() {}
}

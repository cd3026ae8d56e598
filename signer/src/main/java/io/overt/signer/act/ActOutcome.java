package io.overt.signer.act;

/** What came of looking at an act. */
public sealed interface ActOutcome {

    /**
     * It is in force from now on.
     *
     * @param said what it changed, and who approved it
     */
    record Applied(long number, String said) implements ActOutcome {}

    /** This very document was applied before. */
    record AppliedBefore(long number, String said) implements ActOutcome {}

    /** It changes nothing. */
    record Refused(String why) implements ActOutcome {}

    /** It could not be done now, and will be tried again: the store or the log is away. */
    record Failed(String why) implements ActOutcome {}
}

package io.overt.control.witness;

import java.util.Optional;

/** What came of a look at a log. */
sealed interface Judgement {

    /**
     * The log's part in it.
     *
     * @param why for people
     */
    record OfLog(LogState state, String why) implements Judgement {}

    /** Nothing was cosigned, and it is not the log's doing. */
    record Held(String why) implements Judgement {}

    /** In words. */
    String why();

    /** The state that follows, if it says anything of the log. */
    default Optional<LogState> ofLog() {
        return switch (this) {
            case OfLog(LogState state, String _) -> Optional.of(state);
            case Held _ -> Optional.empty();
        };
    }
}

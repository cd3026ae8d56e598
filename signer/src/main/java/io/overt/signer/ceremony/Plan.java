package io.overt.signer.ceremony;

import io.overt.signer.key.TokenSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A plan that was read and makes sense by itself; whether it was approved is another question.
 *
 * @param name of the act, as the plan's file has it
 * @param title for people: stands in the transcript and in the log
 * @param token where the act takes place
 * @param act what is done
 * @param transcript where it is written down what was done
 */
record Plan(String name, String title, TokenSettings token, Act act, Path transcript) {

    /** Every file that is written; none of them may be there. */
    List<Path> outputs() {
        return Stream.concat(act.outputs().stream(), Stream.of(transcript)).toList();
    }

    Plan with(TokenSettings other, Act rehearsed) {
        return new Plan(name, title, other, rehearsed, transcript);
    }
}

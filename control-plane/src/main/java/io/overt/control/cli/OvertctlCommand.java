package io.overt.control.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A first word of {@code overtctl}. */
abstract class OvertctlCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    /** Its options, and what they open. */
    final Overtctl overtctl() {
        return filledIn(overtctl);
    }

    final CommandSpec spec() {
        return spec;
    }

    /** What picocli has put into a field before it calls. */
    static <T> T filledIn(@Nullable T field) {
        if (field == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        return field;
    }
}

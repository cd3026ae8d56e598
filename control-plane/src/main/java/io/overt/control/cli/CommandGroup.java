package io.overt.control.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A word of {@code overtctl} that does nothing without another behind it. */
abstract class CommandGroup implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Override
    public final Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    final Overtctl overtctl() {
        if (overtctl == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        return overtctl;
    }

    /** What a command of a group has as its group. */
    static Overtctl overtctlOf(@Nullable CommandGroup group) {
        if (group == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        return group.overtctl();
    }
}

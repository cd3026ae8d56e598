package io.overt.control.cli;

import org.jspecify.annotations.Nullable;

/** A word of {@code overtctl} that does nothing without another behind it. */
abstract class CommandGroup extends OvertctlCommand {

    @Override
    public final Integer call() {
        spec().commandLine().usage(spec().commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** What a command of a group has as its group. */
    static Overtctl overtctlOf(@Nullable CommandGroup group) {
        return filledIn(group).overtctl();
    }
}

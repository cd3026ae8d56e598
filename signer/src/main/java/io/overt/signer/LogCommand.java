package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code overt-signer log}: reads a transparency log, from its folder and its key alone, wherever
 * these were copied to. Nothing of it needs a signer, its configuration or its token.
 */
@Command(
        name = "log",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Read the transparency log: its folder or URL, and the certificate of its key.",
        subcommands = {
            LogVerify.class,
            LogSearch.class,
            LogProve.class,
            LogTail.class,
            LogMonitorCommand.class
        })
final class LogCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Override
    public Integer call() {
        required(spec).commandLine().usage(required(spec).commandLine().getErr());
        return 2;
    }
}

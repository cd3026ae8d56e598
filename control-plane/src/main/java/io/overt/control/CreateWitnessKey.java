package io.overt.control;

import io.overt.control.witness.WitnessKey;
import io.overt.service.process.ServiceFrame;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-control create-witness-key}: once in the life of a witness. */
@Command(
        name = "create-witness-key",
        sortOptions = false,
        description = {
            "Makes the key that cosigns heads of logs: FILE (private, mode 0600) and FILE.pub, its verifier key.",
            "Overwrites nothing."
        })
final class CreateWitnessKey implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the private key is written.")
    private @Nullable Path out;

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description =
                    "The witness's name in its signatures, such as control.corp.example/witness.")
    private @Nullable String name;

    @Override
    public Integer call() {
        var file = out;
        var called = name;
        if (file == null || called == null) {
            throw new IllegalStateException(
                    "picocli lets no call through without --out and --name");
        }
        var line = spec.commandLine();
        try {
            return NewKeyFile.make(
                    line,
                    file,
                    () ->
                            new NewKeyFile.Made(
                                    WitnessKey.publicHalf(file),
                                    "verifier key "
                                            + WitnessKey.create(file, called).verifier().vkey()));
        } catch (IllegalArgumentException e) {
            line.getErr().println("--name: " + e.getMessage());
            return ServiceFrame.FAILED;
        }
    }
}

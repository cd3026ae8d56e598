package io.overt.control;

import io.overt.control.witness.WitnessKey;
import io.overt.service.process.ServiceFrame;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
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
        if (out == null || name == null) {
            throw new IllegalStateException(
                    "picocli lets no call through without --out and --name");
        }
        var line = spec.commandLine();
        try {
            var key = WitnessKey.create(out, name);
            line.getOut().println("private key  " + out);
            line.getOut().println("public key   " + WitnessKey.publicHalf(out));
            line.getOut().println("verifier key " + key.verifier().vkey());
            return ServiceFrame.OK;
        } catch (FileAlreadyExistsException e) {
            line.getErr().println(e.getMessage() + ": is there already, and is never overwritten");
        } catch (IllegalArgumentException e) {
            line.getErr().println("--name: " + e.getMessage());
        } catch (IOException e) {
            line.getErr().println(out + ": cannot be written: " + e);
        }
        return ServiceFrame.FAILED;
    }
}

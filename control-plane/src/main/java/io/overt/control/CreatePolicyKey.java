package io.overt.control;

import io.overt.control.publish.PolicySigningKey;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-control create-policy-key}: once in a fleet's life, and at a change of key. */
@Command(
        name = "create-policy-key",
        sortOptions = false,
        description = {
            "Makes the key that signs policy: FILE (private, mode 0600) and FILE.pub, which edges pin.",
            "Overwrites nothing."
        })
final class CreatePolicyKey implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the private key is written.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        var file = out;
        if (file == null) {
            throw new IllegalStateException("picocli lets no call through without --out");
        }
        return NewKeyFile.make(
                spec.commandLine(),
                file,
                () ->
                        new NewKeyFile.Made(
                                PolicySigningKey.publicHalf(file),
                                "key id       "
                                        + PolicySigningKey.create(file).publicKey().idText()));
    }
}

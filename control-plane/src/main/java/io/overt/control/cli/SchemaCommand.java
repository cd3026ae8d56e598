package io.overt.control.cli;

import com.google.gson.GsonBuilder;
import io.overt.policy.PolicySchema;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl schema}. */
@Command(
        name = "schema",
        description = "Prints the policy language's JSON Schema (draft 2020-12), for editors.")
final class SchemaCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Override
    public Integer call() {
        if (overtctl == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        var out = spec.commandLine().getOut();
        out.print(
                new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(PolicySchema.schema()));
        out.print('\n');
        out.flush();
        return ExitCode.OK;
    }
}

package io.overt.control.cli;

import com.google.gson.GsonBuilder;
import io.overt.policy.PolicyReference;
import io.overt.policy.PolicySchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overtctl schema}. */
@Command(
        name = "schema",
        description = {
            "Prints the policy language: as a JSON Schema (draft 2020-12) for editors,",
            "or as the page of all its keys and words."
        })
final class SchemaCommand extends OvertctlCommand {
    @Option(
            names = "--reference",
            description = "Print the page, in Markdown: docs/policy-reference.md.")
    private boolean reference;

    @Override
    public Integer call() {
        var out = spec().commandLine().getOut();
        out.print(reference ? PolicyReference.markdown() : schema());
        out.flush();
        return ExitCode.OK;
    }

    private static String schema() {
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(PolicySchema.schema())
                + "\n";
    }
}

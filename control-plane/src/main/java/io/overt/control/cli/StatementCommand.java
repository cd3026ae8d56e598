package io.overt.control.cli;

import io.overt.proto.control.v1.GetStatementRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl statement}. */
@Command(
        name = "statement",
        sortOptions = false,
        description = {
            "Prints what people sign who approve a version: its files with their digests.",
            "  overtctl statement 7 > v7; ssh-keygen -Y sign -f KEY -n overt-approval v7; overtctl approve 7 --signature v7.sig"
        })
final class StatementCommand extends OvertctlCommand {
    @Parameters(paramLabel = "VERSION", description = "A published version.")
    private long version;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write it there, byte for byte, instead of printing it.")
    private @Nullable Path out;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        try (var connection = overtctl.connect()) {
            var answer =
                    connection
                            .rollouts()
                            .getStatement(
                                    GetStatementRequest.newBuilder().setVersion(version).build());
            if (out != null) {
                Files.write(out, answer.getStatement().toByteArray());
                return ExitCode.OK;
            }
            var text = answer.getStatement().toString(StandardCharsets.UTF_8);
            var json = new LinkedHashMap<String, Object>();
            json.put("version", answer.getVersion());
            json.put("statement", text);
            overtctl.format().print(spec().commandLine().getOut(), json, () -> text);
            return ExitCode.OK;
        }
    }
}

package io.overt.control.cli;

import io.overt.proto.control.v1.ExclusionWord;
import io.overt.proto.control.v1.ListExclusionsRequest;
import io.overt.proto.control.v1.RuleExclusionRequest;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl exclusions}. */
@Command(
        name = "exclusions",
        description =
                "Shows which clients refuse our certificate for which hosts, and rules on it.",
        subcommands = {
            ExclusionsCommand.ListCommand.class,
            ExclusionsCommand.Confirm.class,
            ExclusionsCommand.Forget.class
        })
final class ExclusionsCommand extends CommandGroup {
    /** {@code overtctl exclusions list}. */
    @Command(
            name = "list",
            description =
                    "Lists them as the edges know them now: evidence (still inspected), learned and confirmed (excluded).")
    static final class ListCommand implements Callable<Integer> {
        @ParentCommand private @Nullable ExclusionsCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(names = "--site", paramLabel = "SITE", description = "Only of this site.")
        private String site = "";

        @Option(names = "--host", paramLabel = "HOST", description = "Only of this host.")
        private String host = "";

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "1000",
                description =
                        "At most this many of each edge, 1 to 1000; default: ${DEFAULT-VALUE}.")
        private int limit = 1000;

        @Override
        public Integer call() throws Exception {
            if (limit < 1 || limit > 1000) {
                throw new ParameterException(
                        spec.commandLine(), "--limit: " + limit + " (expected: 1 to 1000)");
            }
            try (var connection = CommandGroup.overtctlOf(parent).connect()) {
                var answer =
                        connection
                                .exclusions()
                                .listExclusions(
                                        ListExclusionsRequest.newBuilder()
                                                .setSite(site)
                                                .setHost(host)
                                                .setLimit(limit)
                                                .build());
                CommandGroup.overtctlOf(parent)
                        .format()
                        .print(
                                spec.commandLine().getOut(),
                                answer.getExclusionsList().stream()
                                        .map(ExclusionOutput::json)
                                        .toList(),
                                () -> ExclusionOutput.table(answer.getExclusionsList()));
                ExclusionOutput.complaints(answer.getEdgesList(), answer.getTruncated())
                        .forEach(spec.commandLine().getErr()::println);
                return ExitCode.OK;
            }
        }
    }

    /** {@code overtctl exclusions confirm}. */
    @Command(
            name = "confirm",
            description =
                    "Excludes what clients have refused until it is forgotten. What it means is the rule's `pinned`.")
    static final class Confirm extends Rule {
        @Override
        ExclusionWord word() {
            return ExclusionWord.EXCLUSION_WORD_CONFIRM;
        }
    }

    /** {@code overtctl exclusions forget}. */
    @Command(
            name = "forget",
            description =
                    "Voids what is known of a host for a client; without --client, for every client.")
    static final class Forget extends Rule {
        @Override
        ExclusionWord word() {
            return ExclusionWord.EXCLUSION_WORD_FORGET;
        }
    }

    /** What both words have in common. */
    abstract static class Rule implements Callable<Integer> {
        @ParentCommand private @Nullable ExclusionsCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "SITE", description = "The site.")
        private String site = "";

        @Parameters(index = "1", paramLabel = "HOST", description = "As the list shows it.")
        private String host = "";

        @Option(
                names = "--client",
                paramLabel = "ADDRESS",
                description = "Only for this client. Without: for every client.")
        private String client = "";

        abstract ExclusionWord word();

        @Override
        public Integer call() throws Exception {
            try (var connection = CommandGroup.overtctlOf(parent).connect()) {
                var answer =
                        connection
                                .exclusions()
                                .ruleExclusion(
                                        RuleExclusionRequest.newBuilder()
                                                .setSite(site)
                                                .setHost(host)
                                                .setClient(client)
                                                .setWord(word())
                                                .build());
                CommandGroup.overtctlOf(parent)
                        .format()
                        .print(
                                spec.commandLine().getOut(),
                                Map.of("effect", ExclusionOutput.text(answer.getEffect())),
                                () ->
                                        ExclusionOutput.sentence(
                                                        answer.getEffect(), site, host, client)
                                                + "\n");
                ExclusionOutput.complaints(answer.getEdgesList(), false)
                        .forEach(spec.commandLine().getErr()::println);
                return switch (answer.getEffect()) {
                    case EXCLUSION_EFFECT_DONE -> ExitCode.OK;
                    case EXCLUSION_EFFECT_UNKNOWN,
                            EXCLUSION_EFFECT_FULL,
                            EXCLUSION_EFFECT_MALFORMED ->
                            ExitCode.NOT_RULED;
                    case EXCLUSION_EFFECT_UNSPECIFIED, UNRECOGNIZED -> ExitCode.CONTROL_PLANE;
                };
            }
        }
    }
}

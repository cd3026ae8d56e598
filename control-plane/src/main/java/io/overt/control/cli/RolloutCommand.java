package io.overt.control.cli;

import io.overt.control.rollout.PlanReader;
import io.overt.proto.control.v1.AbortRolloutRequest;
import io.overt.proto.control.v1.GetRolloutRequest;
import io.overt.proto.control.v1.ListRolloutsRequest;
import io.overt.proto.control.v1.PauseRolloutRequest;
import io.overt.proto.control.v1.ResumeRolloutRequest;
import io.overt.proto.control.v1.RollBackRequest;
import io.overt.proto.control.v1.RolloutAdminGrpc.RolloutAdminBlockingStub;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.control.v1.StartRolloutRequest;
import io.overt.proto.control.v1.WatchRolloutRequest;
import io.overt.service.config.ConfigFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl rollout}. */
@Command(
        name = "rollout",
        description = "Rolls a version out to edges, wave by wave; docs/rollout.md tells how.",
        subcommands = {
            RolloutCommand.Start.class,
            RolloutCommand.ListCommand.class,
            RolloutCommand.Show.class,
            RolloutCommand.Watch.class,
            RolloutCommand.Pause.class,
            RolloutCommand.Resume.class,
            RolloutCommand.Abort.class,
            RolloutCommand.Back.class
        })
final class RolloutCommand extends CommandGroup {
    /** A command of rollouts: asks the control plane, and prints the rollout. */
    abstract static class OfOne implements Callable<Integer> {
        @ParentCommand private @Nullable RolloutCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        abstract RolloutState ask(RolloutAdminBlockingStub rollouts) throws Exception;

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var rollout = ask(connection.rollouts());
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                RolloutOutput.json(rollout),
                                () -> RolloutOutput.text(rollout));
                return RolloutOutput.exitCode(rollout);
            }
        }

        CommandSpec spec() {
            return spec;
        }
    }

    /** {@code overtctl rollout start}. */
    @Command(
            name = "start",
            sortOptions = false,
            description = {
                "Starts a rollout of a published version, or lets it wait for its approvals.",
                "One that was running is superseded. An earlier version is published again under a new number."
            })
    static final class Start extends OfOne {
        @Parameters(paramLabel = "VERSION", description = "A published version.")
        private long version;

        @Option(
                names = "--plan",
                paramLabel = "FILE",
                description = "Waves and gates (YAML); default: the plan of the configuration.")
        private @Nullable Path plan;

        @Option(names = "--reason", paramLabel = "TEXT", description = "For the history.")
        private String reason = "";

        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) throws Exception {
            var request = StartRolloutRequest.newBuilder().setVersion(version).setReason(reason);
            if (plan != null) {
                request.setPlan(PlanReader.file(ConfigFile.read(plan)));
            }
            return rollouts.startRollout(request.build()).getRollout();
        }
    }

    /** {@code overtctl rollout show}. */
    @Command(name = "show", description = "Shows one, with its waves, gates and history.")
    static final class Show extends OfOne {
        @Parameters(
                paramLabel = "ROLLOUT",
                arity = "0..1",
                description = "Its number; default: the newest.")
        private long id;

        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) {
            return rollouts.getRollout(GetRolloutRequest.newBuilder().setId(id).build());
        }
    }

    /** A command with a number and a reason. */
    abstract static class Act extends OfOne {
        @Parameters(
                paramLabel = "ROLLOUT",
                arity = "0..1",
                description = "Its number; default: the newest.")
        private long id;

        @Option(names = "--reason", paramLabel = "TEXT", description = "For the history.")
        private String reason = "";

        long id() {
            return id;
        }

        @Option(
                names = "--if-revision",
                paramLabel = "N",
                description =
                        "Only if it is as you have seen it: the last revision in the history that show printed. Asks for ROLLOUT.")
        private @Nullable Long ifRevision;

        String reason() {
            return reason;
        }

        Optional<Long> ifRevision() {
            if (ifRevision != null && id == 0) {
                throw new ParameterException(
                        spec().commandLine(),
                        "--if-revision without ROLLOUT, whose revision it is");
            }
            return Optional.ofNullable(ifRevision);
        }
    }

    /** {@code overtctl rollout pause}. */
    @Command(name = "pause", description = "No further edge gets the version until it is resumed.")
    static final class Pause extends Act {
        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) {
            var request = PauseRolloutRequest.newBuilder().setId(id()).setReason(reason());
            ifRevision().ifPresent(request::setIfRevision);
            return rollouts.pauseRollout(request.build());
        }
    }

    /** {@code overtctl rollout resume}. */
    @Command(
            name = "resume",
            description = {
                "It goes on. Gates that have failed are waived until the next wave;",
                "a wave that had not come through at its deadline is accepted as it is."
            })
    static final class Resume extends Act {
        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) {
            var request = ResumeRolloutRequest.newBuilder().setId(id()).setReason(reason());
            ifRevision().ifPresent(request::setIfRevision);
            return rollouts.resumeRollout(request.build());
        }
    }

    /** {@code overtctl rollout abort}. */
    @Command(
            name = "abort",
            description =
                    "It ends where it is: edges that have the version keep it, no other gets it.")
    static final class Abort extends Act {
        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) {
            var request = AbortRolloutRequest.newBuilder().setId(id()).setReason(reason());
            ifRevision().ifPresent(request::setIfRevision);
            return rollouts.abortRollout(request.build());
        }
    }

    /** {@code overtctl rollout rollback}. */
    @Command(
            name = "rollback",
            description =
                    "Publishes the version before again under a new number, to every edge at once.")
    static final class Back extends Act {
        @Override
        RolloutState ask(RolloutAdminBlockingStub rollouts) {
            var request = RollBackRequest.newBuilder().setId(id()).setReason(reason());
            ifRevision().ifPresent(request::setIfRevision);
            return rollouts.rollBack(request.build());
        }
    }

    /** {@code overtctl rollout watch}. */
    @Command(
            name = "watch",
            description = {
                "Shows one as it goes on, until it is over. With -o json, a line for each change.",
                "Exits with " + ExitCode.NOT_IN_FORCE + " when it ended otherwise than complete."
            })
    static final class Watch implements Callable<Integer> {
        @ParentCommand private @Nullable RolloutCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(
                paramLabel = "ROLLOUT",
                arity = "0..1",
                description = "Its number; default: the newest.")
        private long id;

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            var out = spec.commandLine().getOut();
            try (var connection = overtctl.connect()) {
                var last = RolloutState.getDefaultInstance();
                var updates =
                        connection
                                .watching()
                                .watchRollout(WatchRolloutRequest.newBuilder().setId(id).build());
                while (updates.hasNext()) {
                    var now = updates.next();
                    var before = last;
                    overtctl.format()
                            .print(
                                    out,
                                    RolloutOutput.json(now),
                                    () -> RolloutOutput.progress(before, now));
                    last = now;
                }
                return RolloutOutput.exitCode(last);
            }
        }
    }

    /** {@code overtctl rollout list}. */
    @Command(name = "list", description = "Lists rollouts, newest first.")
    static final class ListCommand implements Callable<Integer> {
        @ParentCommand private @Nullable RolloutCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "At most so many, up to 200; default: ${DEFAULT-VALUE}.")
        private int limit = 20;

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var rollouts =
                        connection
                                .rollouts()
                                .listRollouts(
                                        ListRolloutsRequest.newBuilder()
                                                .setPageSize(Math.max(1, limit))
                                                .build())
                                .getRolloutsList();
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                rollouts.stream().map(RolloutOutput::json).toList(),
                                () -> RolloutOutput.table(rollouts));
                return ExitCode.OK;
            }
        }
    }
}

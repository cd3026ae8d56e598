package io.overt.control.cli;

import com.google.protobuf.Duration;
import io.overt.proto.control.v1.Emergency;
import io.overt.proto.control.v1.LiftEmergencyRequest;
import io.overt.proto.control.v1.ListEmergenciesRequest;
import io.overt.proto.control.v1.OrderEmergencyRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code overtctl emergency}. */
@Command(
        name = "emergency",
        description = "Splices at a site whatever a rule would inspect, for a while.",
        subcommands = {
            EmergencyCommand.Splice.class,
            EmergencyCommand.Lift.class,
            EmergencyCommand.ListCommand.class
        })
final class EmergencyCommand extends CommandGroup {
    /** One that gives an order. */
    abstract static class Order implements Callable<Integer> {
        @ParentCommand private @Nullable EmergencyCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "SITE", description = "The site.")
        private String site = "";

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                required = true,
                description = "Why; stands in the record and in the edges' logs.")
        private String reason = "";

        abstract Emergency give(Connection connection, String site, String reason);

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var emergency = give(connection, site, reason);
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                json(emergency),
                                () -> table(List.of(emergency)));
                return ExitCode.OK;
            }
        }
    }

    /** {@code overtctl emergency splice}. */
    @Command(
            name = "splice",
            sortOptions = false,
            description = {
                "New connections that a rule would inspect are spliced; what a rule blocks stays blocked.",
                "Ends by itself; edges obey in seconds."
            })
    static final class Splice extends Order {
        @Option(
                names = "--for",
                paramLabel = "TIME",
                required = true,
                converter = Time.class,
                description = "30m, 2h, at most 24h.")
        private java.time.Duration lasting = java.time.Duration.ZERO;

        @Override
        Emergency give(Connection connection, String site, String reason) {
            return connection
                    .rollouts()
                    .orderEmergency(
                            OrderEmergencyRequest.newBuilder()
                                    .setSite(site)
                                    .setReason(reason)
                                    .setLasting(
                                            Duration.newBuilder().setSeconds(lasting.toSeconds()))
                                    .build());
        }
    }

    /** {@code overtctl emergency lift}. */
    @Command(name = "lift", description = "The policy of the site holds again.")
    static final class Lift extends Order {
        @Override
        Emergency give(Connection connection, String site, String reason) {
            return connection
                    .rollouts()
                    .liftEmergency(
                            LiftEmergencyRequest.newBuilder()
                                    .setSite(site)
                                    .setReason(reason)
                                    .build());
        }
    }

    /** {@code overtctl emergency list}. */
    @Command(
            name = "list",
            description = "Lists orders, newest first, with what edges made of them.")
    static final class ListCommand implements Callable<Integer> {
        @ParentCommand private @Nullable EmergencyCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(names = "--site", paramLabel = "SITE", description = "Only of this site.")
        private String site = "";

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var all =
                        connection
                                .rollouts()
                                .listEmergencies(
                                        ListEmergenciesRequest.newBuilder().setSite(site).build())
                                .getEmergenciesList();
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                all.stream().map(EmergencyCommand::json).toList(),
                                () -> table(all));
                return ExitCode.OK;
            }
        }
    }

    /** {@code 30m}, {@code 2h}, {@code 90s}. */
    static final class Time implements ITypeConverter<java.time.Duration> {
        @Override
        public java.time.Duration convert(String text) {
            var match = FORM.matcher(text);
            if (!match.matches()) {
                throw new TypeConversionException(text + " (expected: such as 90s, 30m, 2h)");
            }
            long count = Long.parseLong(match.group(1));
            return switch (match.group(2)) {
                case "s" -> java.time.Duration.ofSeconds(count);
                case "m" -> java.time.Duration.ofMinutes(count);
                default -> java.time.Duration.ofHours(count);
            };
        }

        private static final Pattern FORM = Pattern.compile("([0-9]{1,6})([smh])");
    }

    private static Map<String, Object> json(Emergency emergency) {
        var json = new LinkedHashMap<String, Object>();
        json.put("number", emergency.getNumber());
        json.put("site", emergency.getSite());
        json.put("action", action(emergency));
        json.put("given", RolloutOutput.time(emergency.getGiven()));
        json.put("until", RolloutOutput.time(emergency.getUntil()));
        json.put("by", emergency.getBy());
        json.put("reason", emergency.getReason());
        json.put("in_force", emergency.getInForce());
        json.put(
                "edges",
                emergency.getEdgesList().stream()
                        .map(
                                edge -> {
                                    var one = new LinkedHashMap<String, Object>();
                                    one.put("edge", edge.getEdge());
                                    one.put(
                                            "standing",
                                            RolloutOutput.word(
                                                    edge.getStanding().name(),
                                                    "EMERGENCY_STANDING_"));
                                    one.put("problem", edge.getProblem());
                                    return one;
                                })
                        .toList());
        return json;
    }

    private static String action(Emergency emergency) {
        return RolloutOutput.word(emergency.getAction().name(), "EMERGENCY_ACTION_");
    }

    private static String table(List<Emergency> emergencies) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NUMBER", "SITE", "ACTION", "IN FORCE", "UNTIL", "BY", "REASON"));
        var edges = new StringBuilder();
        for (var each : emergencies) {
            rows.add(
                    List.of(
                            Long.toString(each.getNumber()),
                            each.getSite(),
                            action(each),
                            each.getInForce() ? "yes" : "no",
                            RolloutOutput.time(each.getUntil()),
                            each.getBy(),
                            Output.printable(each.getReason())));
            if (each.getInForce() || emergencies.size() == 1) {
                each.getEdgesList()
                        .forEach(
                                edge ->
                                        edges.append("  ")
                                                .append(edge.getEdge())
                                                .append(": ")
                                                .append(
                                                        RolloutOutput.word(
                                                                edge.getStanding().name(),
                                                                "EMERGENCY_STANDING_"))
                                                .append(
                                                        edge.getProblem().isEmpty()
                                                                ? ""
                                                                : " ("
                                                                        + Output.printable(
                                                                                edge.getProblem())
                                                                        + ")")
                                                .append('\n'));
            }
        }
        return Output.table(rows) + edges;
    }
}

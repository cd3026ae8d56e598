package io.overt.control.rollout;

import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The section {@code rollout} of the control plane's configuration.
 *
 * @param approvals how many people must approve a version
 * @param approvers who they are
 * @param publisher whether the one who published a version counts among them
 * @param plan of what is published, and of a rollout that is started without one
 * @param freeze when no wave begins
 * @param waitAfterStart how long after its start a control plane waits for edges that were
 *     connected, before it judges by those that are
 */
public record RolloutSettings(
        int approvals,
        Optional<Path> approvers,
        Publisher publisher,
        Plan plan,
        List<FreezeWindow> freeze,
        Duration waitAfterStart) {

    /** Whether who published a version may approve it. */
    public enum Publisher {
        MAY_APPROVE,
        MAY_NOT_APPROVE
    }

    public RolloutSettings {
        freeze = List.copyOf(freeze);
    }

    /** What holds without the section: every version goes to every edge at once. */
    public static RolloutSettings defaults() {
        return new RolloutSettings(
                0, Optional.empty(), Publisher.MAY_NOT_APPROVE, Plan.atOnce(), List.of(), WAIT);
    }

    /**
     * Who approves.
     *
     * @throws ConfigException naming the file, and what is wrong with it
     */
    public Optional<Approvers> readApprovers() throws ConfigException {
        if (approvers.isEmpty()) {
            return Optional.empty();
        }
        var people = Approvers.readForPolicy(approvers.get());
        if (people.people().size() < approvals
                || (approvals > 0 && approvals < people.threshold())) {
            throw new ConfigException(
                    "rollout.approvals: %d (expected: at least %d, the threshold of %s, and at most its %d people)"
                            .formatted(
                                    approvals,
                                    people.threshold(),
                                    approvers.get(),
                                    people.people().size()));
        }
        return Optional.of(people);
    }

    /** When the freeze that holds at {@code at} ends. */
    Optional<Instant> frozenUntil(Instant at) {
        return FreezeWindow.frozenUntil(freeze, at);
    }

    /** Reads the section; problems are noted in the node. */
    public static RolloutSettings read(ConfigNode node) {
        var approvers = node.optionalPath("approvers");
        int approvals = node.integer("approvals", approvers.isPresent() ? 2 : 0, 0, 16);
        if (approvals > 0 && approvers.isEmpty()) {
            node.problem("approvals", approvals + " without approvers (expected: approvers: FILE)");
        }
        var publisher =
                node.flag("publisher-may-approve", false)
                        ? Publisher.MAY_APPROVE
                        : Publisher.MAY_NOT_APPROVE;
        var plan = node.optionalSection("plan").map(PlanReader::read).orElseGet(Plan::atOnce);
        if (plan.start().isPresent()) {
            node.problem("plan", "a start (expected: none; it is for one rollout)");
        }
        var freeze = new ArrayList<FreezeWindow>();
        for (var window : node.sections("freeze")) {
            window(window).ifPresent(freeze::add);
        }
        var wait = node.duration("wait-after-start", WAIT, Duration.ZERO, Duration.ofMinutes(10));
        return new RolloutSettings(approvals, approvers, publisher, plan, freeze, wait);
    }

    private static Optional<FreezeWindow> window(ConfigNode node) {
        var zone = node.required("zone", ZoneId.of("UTC"), RolloutSettings::zone);
        if (node.has("days")) {
            var days = Set.copyOf(node.list("days", RolloutSettings::day));
            var from = node.parsed("from", LocalTime.MIN, RolloutSettings::time);
            var to = node.parsed("to", LocalTime.MIN, RolloutSettings::time);
            return days.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new FreezeWindow.Weekly(days, from, to, zone));
        }
        var from = node.required("from", LocalDateTime.MIN, RolloutSettings::dateTime);
        var until = node.required("until", LocalDateTime.MAX, RolloutSettings::dateTime);
        if (!from.isBefore(until)) {
            node.problem("until", until + " (expected: after " + from + ")");
            return Optional.empty();
        }
        return Optional.of(new FreezeWindow.Dated(from, until, zone));
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (java.time.DateTimeException _) {
            throw new IllegalArgumentException("a time zone such as Europe/Berlin");
        }
    }

    private static DayOfWeek day(String text) {
        return Arrays.stream(DayOfWeek.values())
                .filter(day -> day.name().substring(0, 3).toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        Arrays.stream(DayOfWeek.values())
                                                .map(
                                                        day ->
                                                                day.name()
                                                                        .substring(0, 3)
                                                                        .toLowerCase(Locale.ROOT))
                                                .collect(Collectors.joining(", "))));
    }

    private static LocalTime time(String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException("a time such as \"16:00\"");
        }
    }

    private static LocalDateTime dateTime(String text) {
        try {
            return LocalDateTime.parse(text);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException("a date with a time such as 2026-12-20T00:00");
        }
    }

    /** Edges spread their coming back over half a minute. */
    private static final Duration WAIT = Duration.ofSeconds(30);
}

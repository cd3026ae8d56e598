package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads {@code time}: one window, or a list of alternatives. */
final class TimeConditions {
    private TimeConditions() {}

    static Condition read(Yaml value, Problems problems) {
        if (!(value instanceof Yaml.Sequence(List<Yaml> items, Position at))) {
            return window(value, problems);
        }
        if (items.isEmpty()) {
            problems.add(at, "`time`: an empty list matches nothing (expected: at least one)");
        }
        return new Condition.Any(items.stream().map(item -> window(item, problems)).toList());
    }

    private static Condition window(Yaml value, Problems problems) {
        Fields fields = Fields.of(value, "`time`", KEYS.names(), problems);
        Set<DayOfWeek> days = days(fields, problems);
        OptionalInt from = minute(fields, "from", problems);
        OptionalInt to = minute(fields, "to", problems);
        fields.required("zone", "a zone as Europe/Berlin or UTC");
        Optional<ZoneId> zone =
                fields.text("zone", Limits.TEXT).flatMap(text -> zone(text, problems));
        if (fields.isWritten("from") != fields.isWritten("to")) {
            problems.add(fields.at(), "`time`: `from` and `to` go together");
        } else if (!fields.isWritten("from") && !fields.isWritten("days")) {
            problems.add(fields.at(), "`time`: is always (expected: `days`, or `from` and `to`)");
        } else if (from.isPresent() && from.equals(to)) {
            problems.add(fields.at(), "`time`: begins when it ends");
        }
        return new Condition.Time(
                new TimeWindow(
                        Set.copyOf(days),
                        from.orElse(0),
                        to.orElse(MINUTES_OF_A_DAY),
                        zone.orElse(ZoneId.of("UTC"))));
    }

    private static Set<DayOfWeek> days(Fields fields, Problems problems) {
        if (!fields.isWritten("days")) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (Yaml.Text text : fields.texts("days")) {
            String word = text.value().toLowerCase(Locale.ROOT);
            int dash = word.indexOf('-');
            int first = DAYS.indexOf(dash < 0 ? word : word.substring(0, dash).strip());
            int last = dash < 0 ? first : DAYS.indexOf(word.substring(dash + 1).strip());
            if (first < 0 || last < 0) {
                problems.add(
                        text.at(),
                        "`days`: "
                                + Fields.quoted(text.value())
                                + " (expected: mon, tue, wed, thu, fri, sat, sun, or a range as mon-fri)");
                continue;
            }
            for (int day = first; ; day = (day + 1) % 7) {
                days.add(DayOfWeek.of(day + 1));
                if (day == last) {
                    break;
                }
            }
        }
        return days;
    }

    private static OptionalInt minute(Fields fields, String key, Problems problems) {
        Optional<Yaml.Text> text = fields.text(key, Limits.TEXT);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        Matcher clock = CLOCK.matcher(text.get().value());
        if (clock.matches()) {
            int minute = Integer.parseInt(clock.group(1)) * 60 + Integer.parseInt(clock.group(2));
            boolean fits =
                    key.equals("to")
                            ? minute <= MINUTES_OF_A_DAY && minute > 0
                            : minute < MINUTES_OF_A_DAY;
            if (fits) {
                return OptionalInt.of(minute);
            }
        }
        problems.add(
                text.get().at(),
                "`"
                        + key
                        + "`: "
                        + Fields.quoted(text.get().value())
                        + (key.equals("to")
                                ? " (expected: a time from 00:01 to 24:00)"
                                : " (expected: a time from 00:00 to 23:59)"));
        return OptionalInt.empty();
    }

    private static Optional<ZoneId> zone(Yaml.Text text, Problems problems) {
        try {
            return Optional.of(ZoneId.of(text.value()));
        } catch (DateTimeException e) {
            problems.add(
                    text.at(),
                    "`zone`: "
                            + Fields.quoted(text.value())
                            + " (expected: a zone as Europe/Berlin or UTC)");
            return Optional.empty();
        }
    }

    private static final int MINUTES_OF_A_DAY = 24 * 60;
    private static final List<String> DAYS =
            List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final Pattern CLOCK = Pattern.compile("([0-2][0-9]):([0-5][0-9])");

    static final Keys KEYS =
            Keys.of(
                    "`time`",
                    PolicyKey.defaulting(
                            "days",
                            new Shape.Texts(
                                    DAYS.stream()
                                                    .map(day -> "`" + day + "`")
                                                    .collect(Collectors.joining(", "))
                                            + ", or ranges as `mon-fri`"),
                            "every day",
                            "On these days. A window over midnight belongs to the day it begins on."),
                    PolicyKey.defaulting(
                            "from",
                            new Shape.Text("`00:00` to `23:59`"),
                            "00:00",
                            "From this minute on. Together with `to`."),
                    PolicyKey.defaulting(
                            "to",
                            new Shape.Text("`00:01` to `24:00`"),
                            "24:00",
                            "Before this minute; earlier than `from`: of the next day."),
                    PolicyKey.required(
                            "zone",
                            new Shape.Text("a zone as `Europe/Berlin` or `UTC`"),
                            "Whose clock it is."));
}

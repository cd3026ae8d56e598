package io.overt.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What hears an evaluation while it goes on. It is told answers and gives none; all it may ask for
 * is that every part of a condition be looked at, although the answer is known already.
 */
sealed interface Trace {
    /** For those who only decide. */
    Trace NONE = new Silent();

    boolean asksEveryPart();

    /** A written condition, or a reading of a URL, is going to be looked at. */
    void opens();

    void closes(Condition.Written condition, Subject subject, boolean held);

    void closesReading(Subject reading, boolean held);

    /** All of a rule has been looked at that was going to be. */
    void concludes(RuleName rule, Finding.Joint joint, boolean held);

    final class Silent implements Trace {
        private Silent() {}

        @Override
        public boolean asksEveryPart() {
            return false;
        }

        @Override
        public void opens() {}

        @Override
        public void closes(Condition.Written condition, Subject subject, boolean held) {}

        @Override
        public void closesReading(Subject reading, boolean held) {}

        @Override
        public void concludes(RuleName rule, Finding.Joint joint, boolean held) {}
    }

    /** Confined to the thread that explains. */
    final class Recorded implements Trace {
        private final List<RuleFinding> rules = new ArrayList<>();
        private final Deque<List<Finding>> open = new ArrayDeque<>();

        Recorded() {
            open.push(new ArrayList<>());
        }

        List<RuleFinding> rules() {
            return List.copyOf(rules);
        }

        @Override
        public boolean asksEveryPart() {
            return true;
        }

        @Override
        public void opens() {
            open.push(new ArrayList<>());
        }

        @Override
        public void closes(Condition.Written condition, Subject subject, boolean held) {
            List<Finding> parts = open.pop();
            // Where the parts tell what they saw there is no more to be seen.
            Optional<Seen> seen =
                    parts.isEmpty()
                            ? Optional.of(Seen.by(condition.part(), subject))
                            : Optional.empty();
            open.element()
                    .add(
                            new Finding(
                                    condition.key(),
                                    condition.text(),
                                    condition.at().line(),
                                    condition.at().column(),
                                    parts.isEmpty() ? Finding.Joint.ALL : joint(condition.part()),
                                    seen.flatMap(Seen::fact),
                                    seen.map(Seen::text).orElse(""),
                                    held,
                                    parts));
        }

        @Override
        public void closesReading(Subject reading, boolean held) {
            List<Finding> parts = open.pop();
            RequestUrl url = reading.request().orElseThrow().url();
            open.element()
                    .add(
                            new Finding(
                                    switch (url.style()) {
                                        case STANDARD -> "read by the standard";
                                        case LENIENT -> "read leniently";
                                    },
                                    "",
                                    0,
                                    0,
                                    Finding.Joint.ALL,
                                    Optional.empty(),
                                    Seen.text(url),
                                    held,
                                    parts));
        }

        @Override
        public void concludes(RuleName rule, Finding.Joint joint, boolean held) {
            List<Finding> found = open.pop();
            open.push(new ArrayList<>());
            rules.add(RuleFinding.of(rule, joint, held, found));
        }

        private static Finding.Joint joint(Condition part) {
            return switch (part) {
                case Condition.Any _ -> Finding.Joint.ANY;
                case Condition.Not _ -> Finding.Joint.NOT;
                case Condition.All _, Condition.Written _, Condition.Single _ -> Finding.Joint.ALL;
            };
        }
    }
}

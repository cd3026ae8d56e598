package io.overt.signer.monitor;

import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.CeremonyDemands;
import io.overt.signer.log.EntryRules;
import io.overt.signer.log.Finding;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.signer.monitor.MonitorState.Tally;
import io.overt.signer.monitor.Reconciliation.Surplus;
import io.overt.x509.TrustAnchors;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.Succession;
import io.overt.x509.tlog.TilePath;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeGrowth;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at what a log has got since it was looked at last: that it continues, that each entry keeps
 * the rules, that each signature follows from its evidence, and that the signer's counters know of
 * none that is not there. Without state of its own: what one look has found out the next one is
 * given. Confined to one thread.
 */
public final class LogMonitor {

    /**
     * What it works with.
     *
     * @param reader a new one for each look
     * @param anchors the monitor's own; without them chains are not verified
     * @param demands what is asked of ceremonies
     * @param metrics the signer's counters; empty when nobody wants them compared
     * @param pause before a comparison that did not come out is made again
     */
    public record Settings(
            PublishedLog log,
            NoteKey key,
            Supplier<LogReader> reader,
            Optional<TrustAnchors> anchors,
            NeverForged watched,
            CeremonyDemands demands,
            Optional<MetricsSource> metrics,
            Pause pause) {}

    /** Where counters come from. */
    public interface MetricsSource {
        /**
         * As they are now.
         *
         * @throws IOException when there are none to be had
         */
        Counters counters() throws IOException;
    }

    /** Lets entries come in that are under way. */
    public interface Pause {
        /**
         * Waits a moment.
         *
         * @param attempt 1, 2, ...
         * @return false when there is no use in waiting any longer
         */
        boolean again(int attempt);
    }

    /**
     * What a look has found.
     *
     * @param read entries that were read
     * @param open intents that have no certificate
     * @param cutOff of these, those since the process of the counters began, by issuer
     */
    public record Look(
            MonitorState state,
            List<Finding> findings,
            long read,
            long open,
            Map<String, Long> cutOff) {
        public Look {
            findings = List.copyOf(findings);
            cutOff = Map.copyOf(cutOff);
        }

        Look with(List<Finding> all) {
            return new Look(state, all, read, open, cutOff);
        }
    }

    private final Settings settings;

    /** A monitor. */
    public LogMonitor(Settings settings) {
        this.settings = settings;
    }

    /** Looks once. What it could not judge leaves the state as it was, and is judged next time. */
    public Look look(MonitorState before) {
        List<Finding> findings = new ArrayList<>();
        Optional<Counters> counters = counters(findings);
        Look look;
        try {
            look = entries(before, counters);
        } catch (IOException e) {
            findings.add(
                    new Finding(Kind.LOG, settings.log().place(), String.valueOf(e.getMessage())));
            return nothing(before, findings);
        }
        findings.addAll(look.findings());
        boolean another =
                look.findings().stream()
                        .anyMatch(
                                each ->
                                        each.kind() == Kind.FORKED
                                                || each.kind() == Kind.ROLLED_BACK);
        // Counters of one history say nothing of another.
        return counters.isEmpty() || another
                ? look.with(findings)
                : reconciled(look, counters.get(), findings);
    }

    private Optional<Counters> counters(List<Finding> findings) {
        if (settings.metrics().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(settings.metrics().get().counters());
        } catch (IOException e) {
            findings.add(new Finding(Kind.METRICS, "metrics", String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** Reads what is new, and counts signatures since the process of these counters began. */
    private Look entries(MonitorState before, Optional<Counters> counters) throws IOException {
        TreeHead head = LogEntries.head(settings.log(), settings.key()).checkpoint().head();
        switch (Succession.of(before.head(), head, settings.log())) {
            case Succession.Forked fork -> {
                return stuck(
                        before,
                        Kind.FORKED,
                        "%d entries with root %s are signed (expected: %s, which was signed before)"
                                .formatted(
                                        fork.small().size(),
                                        fork.otherwise(),
                                        fork.small().root()));
            }
            case Succession.Older(String unproven) -> {
                return stuck(
                        before,
                        Kind.ROLLED_BACK,
                        "%d entries (expected: at least %d, which were signed before)%s"
                                .formatted(
                                        head.size(),
                                        before.head().size(),
                                        unproven.isEmpty() ? "" : "; " + unproven));
            }
            case Succession.Same(), Succession.Grown() -> {}
        }
        List<Finding> findings = new ArrayList<>();
        LogReader reader = settings.reader().get();
        Tally tally = tally(before, counters);
        Tallying tallying =
                new Tallying(
                        tally, new EvidenceCheck(settings.anchors(), settings.watched(), findings));
        EntryRules rules =
                EntryRules.resume(
                        before.rules(),
                        new TiledTree(settings.log(), before.head().size())::entry,
                        Optional.of(reader),
                        settings.demands(),
                        findings,
                        tallying);
        TreeGrowth growth = TreeGrowth.from(settings.log(), before.head().size());
        if (!growth.head().equals(before.head())) {
            throw new MalformedLogException(
                    "the tiles of %d entries are not those that were signed"
                            .formatted(before.head().size()));
        }
        LogEntries.each(
                settings.log(),
                before.head().size(),
                head.size(),
                (index, entry) -> {
                    growth.append(entry);
                    if (index % TilePath.FULL == TilePath.FULL - 1) {
                        growth.tiles(); // whose bytes nobody needs here
                    }
                    rules.take(index, entry);
                });
        if (!growth.head().equals(head)) {
            // Whatever these entries say, nobody has signed them.
            throw new MalformedLogException(
                    "%d entries have root %s (expected: %s, which was signed)"
                            .formatted(head.size(), growth.head().root(), head.root()));
        }
        Map<String, Long> cutOff = new HashMap<>();
        counters.ifPresent(
                given ->
                        given.signatures()
                                .keySet()
                                .forEach(
                                        issuer ->
                                                cutOff.put(
                                                        issuer,
                                                        rules.openSince(tally.since(), issuer))));
        return new Look(
                new MonitorState(
                        before.origin(),
                        head,
                        rules.memory(),
                        tallying.tally(),
                        tally.since().equals(before.tally().since())
                                ? before.reported()
                                : Map.of()),
                findings,
                head.size() - before.head().size(),
                rules.open(),
                cutOff);
    }

    private Look stuck(MonitorState before, Kind kind, String what) {
        return nothing(before, List.of(new Finding(kind, settings.log().place(), what)));
    }

    private static Look nothing(MonitorState before, List<Finding> findings) {
        return new Look(before, findings, 0, before.rules().open().size(), Map.of());
    }

    /**
     * Counters that begin anew are compared with what the log got since that process began, which
     * may have been read already.
     */
    private Tally tally(MonitorState before, Optional<Counters> counters) throws IOException {
        if (counters.isEmpty() || counters.get().start().equals(before.tally().since())) {
            return before.tally();
        }
        Instant start = counters.get().start();
        return new RecentSignatures(settings.log(), before.head().size(), before.rules().issuers())
                .since(start);
    }

    private Look reconciled(Look first, Counters counters, List<Finding> findings) {
        Look look = first;
        List<Surplus> surplus = surplus(counters, look);
        for (int attempt = 1; !surplus.isEmpty() && settings.pause().again(attempt); attempt++) {
            // What was under way when the counters were read is in the log a moment later.
            try {
                Counters now = settings.metrics().orElseThrow().counters();
                if (!now.start().equals(counters.start())) {
                    break; // another process, which the next look is about
                }
                Look next = entries(look.state(), Optional.of(now));
                findings.addAll(next.findings());
                look =
                        new Look(
                                next.state(),
                                List.of(),
                                look.read() + next.read(),
                                next.open(),
                                next.cutOff());
                surplus = surplus(now, look);
            } catch (IOException e) {
                findings.add(
                        new Finding(
                                Kind.LOG, settings.log().place(), String.valueOf(e.getMessage())));
                break;
            }
        }
        MonitorState state = look.state();
        Map<String, Long> reported = new HashMap<>(state.reported());
        for (Surplus each : surplus) {
            if (each.count() > reported.getOrDefault(each.series(), 0L)) {
                reported.put(each.series(), each.count());
                findings.add(new Finding(Kind.NOT_LOGGED, each.series(), each.text()));
            }
        }
        return new Look(
                new MonitorState(
                        state.origin(), state.head(), state.rules(), state.tally(), reported),
                findings,
                look.read(),
                look.open(),
                look.cutOff());
    }

    private static List<Surplus> surplus(Counters counters, Look look) {
        return Reconciliation.surplus(counters, look.state().tally(), look.cutOff());
    }
}

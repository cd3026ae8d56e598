package io.overt.control.rollout;

import static io.overt.control.rollout.Plans.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.rollout.EdgeReport.Presence;
import io.overt.control.rollout.EdgeReport.Shadow;
import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.Plan.Wave.Mode;
import io.overt.control.store.RolloutStore;
import io.overt.service.identity.FleetIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens in whatever order to a rollout and its edges. Each run is one seed, which stands
 * in the name of the test that fails.
 */
class RolloutPropertyTest {
    private static final List<Act> ACTS = List.of(Act.values());

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("overt.rollout.seeds", 300));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_happens_nobody_is_offered_what_is_not_theirs_and_replaying_leads_to_the_same(
            long seed) {
        var world = new World(new Random(seed));
        for (int i = 0; i < 120; i++) {
            world.step();
            world.check();
        }
        world.end();
    }

    /** A fleet, and the rollouts that come over it. */
    private static final class World {
        private final Random random;
        private final List<Edge> edges = new ArrayList<>();
        private Ledger ledger;
        private RolloutStore.Kept kept;
        private Instant now = NOON;
        private long highest = 8;
        private int approvals;
        private final Set<Long> approvedVersions = new HashSet<>(Set.of(7L));

        World(Random random) {
            this.random = random;
            for (int i = 0; i < 9; i++) {
                edges.add(new Edge(Plans.edge("site-" + i % 3, "edge-" + i), i));
            }
            begin(1, 8, 7);
        }

        void begin(long id, long version, long base) {
            var waves = new ArrayList<Plan.Wave>();
            if (random.nextBoolean()) {
                waves.add(Plans.shadow());
            }
            if (random.nextBoolean()) {
                waves.add(Plans.canary());
            }
            if (random.nextBoolean()) {
                waves.add(Plans.site("site-1"));
            }
            if (random.nextBoolean()) {
                waves.add(Plans.percent(30));
            }
            waves.add(Plans.everyone());
            var action = random.nextBoolean() ? Gate.Action.PAUSE : Gate.Action.ROLL_BACK;
            int needed = random.nextInt(3);
            approvals = 0;
            if (needed == 0) {
                approvedVersions.add(version);
            }
            var rollout =
                    new Rollout(
                            id,
                            version,
                            version,
                            "corporate",
                            base,
                            new Plan(
                                    waves,
                                    List.of(
                                            Plans.handshakes(action),
                                            new Gate(Gate.Metric.NACKS, 1, 0, 0, action)),
                                    action,
                                    Optional.empty()),
                            needed,
                            now,
                            "ann",
                            "");
            var begun = Ledger.begin(rollout, 0, frozen());
            ledger = begun.ledger();
            kept = new RolloutStore.Kept(begun.row(), List.of());
            offerAll();
        }

        private Optional<Instant> frozen() {
            return random.nextInt(8) == 0 ? Optional.of(now.plusSeconds(60)) : Optional.empty();
        }

        void step() {
            now = now.plusMillis(random.nextInt(120_000));
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3, 4 -> look();
                case 5, 6, 7 -> edges.get(random.nextInt(edges.size())).answer();
                case 8 -> edges.get(random.nextInt(edges.size())).comeOrGo();
                case 9 -> ask(ACTS.get(random.nextInt(ACTS.size())));
                case 10 -> approve();
                case 11 -> edges.get(random.nextInt(edges.size())).fares();
                case 12 -> edges.forEach(Edge::answer);
                default -> overtake();
            }
        }

        private void look() {
            apply(Look.at(ledger.state(), now, frozen(), reports()));
        }

        private void ask(Act act) {
            // A rollback of what is over is asked for seldom, or nothing would ever be over.
            if (!ledger.state().phase().over() || random.nextInt(4) == 0) {
                apply(new Event.Asked(now, act, "ann", "why not"));
            }
        }

        private void approve() {
            approvals++;
            if (approvals >= ledger.state().rollout().needed()) {
                approvedVersions.add(ledger.state().rollout().version());
            }
            apply(new Event.Approved(now, approvals));
        }

        private void overtake() {
            var state = ledger.state();
            long base = state.base();
            if (!state.phase().over()) {
                var step = state.on(new Event.Overtaken(now, state.rollout().id() + 1, "bob"));
                if (step.refused().isPresent()) {
                    return;
                }
                apply(new Event.Overtaken(now, state.rollout().id() + 1, "bob"));
                base = ledger.state().base();
            }
            highest++;
            begin(state.rollout().id() + 1, highest, base);
        }

        private void apply(Event event) {
            // As the desk does, through the bytes that are kept.
            var step = ledger.state().on(event);
            if (step.refused().isPresent() || step.next().equals(ledger.state())) {
                return;
            }
            var entry = ledger.entry(event, step);
            ledger = ledger.with(entry, step.next());
            kept = new RolloutStore.Kept(kept.rollout(), ledger.history());
            if (ledger.state() instanceof State.RollingBack rolling && rolling.back() == 0) {
                highest++;
                // The base's content under a new number: approved as the base was.
                approvedVersions.add(highest);
                apply(new Event.PublishedAgain(now, highest));
                return;
            }
            offerAll();
        }

        private void offerAll() {
            edges.forEach(Edge::offer);
        }

        private List<EdgeReport> reports() {
            return edges.stream().map(Edge::report).toList();
        }

        void check() {
            assertThat(Ledger.replay(kept).state()).isEqualTo(ledger.state());
            var state = ledger.state();
            for (var edge : edges) {
                var target = Target.of(state, edge.report());
                assertThat(approvedVersions).contains(edge.active);
                if (target.enforced() != 0) {
                    assertThat(approvedVersions).contains(target.enforced());
                }
                if (target.shadow() != 0) {
                    assertThat(approvedVersions).contains(target.shadow());
                }
                // Outside of the waves that have begun, nobody is to have it who has it not.
                if (target.enforced() == state.rollout().version()
                        && state.phase() != Phase.COMPLETE
                        && edge.active != state.rollout().version()) {
                    var wave = state.rollout().waveOf(edge.identity, edge.labels(), Mode.ENFORCE);
                    assertThat(wave.orElseThrow()).isLessThanOrEqualTo(Exits.wave(state));
                }
                if (state instanceof State.RolledBack back
                        && edge.active == state.rollout().version()) {
                    assertThat(target.enforced()).isEqualTo(back.back());
                    assertThat(back.back()).isGreaterThan(edge.active);
                }
            }
        }

        /**
         * Every state has an exit: with edges that answer and people who go on, each rollout ends.
         */
        void end() {
            for (int i = 0; i < 200 && !ledger.state().phase().over(); i++) {
                now = now.plus(Duration.ofMinutes(11));
                edges.forEach(Edge::come);
                edges.forEach(Edge::obey);
                apply(Look.at(ledger.state(), now, Optional.empty(), reports()));
                if (ledger.state().phase() == Phase.AWAITING_APPROVAL) {
                    approve();
                }
                if (ledger.state().phase() == Phase.PAUSED) {
                    apply(new Event.Asked(now, Act.RESUME, "ann", "on"));
                }
            }
            check();
            assertThat(ledger.state().phase().over()).isTrue();
            // Whoever is there has what it is to have: the same everywhere, unless a person ended
            // it.
            edges.forEach(Edge::come);
            edges.forEach(Edge::obey);
            if (ledger.state().phase() == Phase.COMPLETE
                    || ledger.state().phase() == Phase.ROLLED_BACK) {
                assertThat(edges).allMatch(edge -> edge.active == ledger.state().base());
            }
        }

        /** As a real edge: takes what is higher, and answers when it comes to it. */
        private final class Edge {
            private final FleetIdentity identity;
            private final int number;
            private boolean connected = true;
            private long active = 7;
            private long shadow;
            private long rejected;
            private long offered;
            private long pending;
            private long failures;

            Edge(FleetIdentity identity, int number) {
                this.identity = identity;
                this.number = number;
            }

            Set<String> labels() {
                return number % 4 == 0 ? Set.of("canary") : Set.of();
            }

            EdgeReport report() {
                return new EdgeReport(
                        identity,
                        labels(),
                        number % 3 == 0 ? Shadow.TAKES_NONE : Shadow.TAKES,
                        connected ? Presence.CONNECTED : Presence.AWAY,
                        active,
                        shadow,
                        rejected,
                        offered,
                        Map.of(active, new Figures(200, failures, 0, 0, 0, 0)),
                        Map.of());
            }

            void offer() {
                if (!connected) {
                    return;
                }
                var target = Target.of(ledger.state(), report());
                if (target.enforced() > Math.max(active, offered)) {
                    offered = target.enforced();
                    pending = offered;
                }
                shadow = target.shadow();
            }

            void answer() {
                if (connected && pending != 0) {
                    if (random.nextInt(12) == 0) {
                        rejected = pending;
                    } else {
                        active = pending;
                        rejected = 0;
                        failures = 0;
                    }
                    pending = 0;
                }
            }

            void fares() {
                failures = random.nextInt(10);
            }

            void comeOrGo() {
                if (connected) {
                    connected = false;
                    pending = 0;
                } else {
                    come();
                }
            }

            void come() {
                if (!connected) {
                    connected = true;
                    offered = active;
                }
                if (rejected != 0) {
                    // Mended, and started anew.
                    rejected = 0;
                    offered = active;
                }
                offer();
            }

            void obey() {
                if (pending != 0) {
                    active = pending;
                    pending = 0;
                }
                failures = 0;
            }
        }
    }
}

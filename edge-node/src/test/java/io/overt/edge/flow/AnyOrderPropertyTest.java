package io.overt.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.exclusion.Testimony;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.UpstreamStanding;
import io.overt.x509.VerifiedUpstream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever the order of events, late ones and duplicates included: one record, no splice once our
 * leaf may be out, nothing of the client's forwarded before a verdict, and an end.
 */
class AnyOrderPropertyTest {
    private static final int WALKS = 20_000;
    private static final int LONGEST_WALK = 60;

    /** No path has more stages than this, so as many deadlines end any connection. */
    private static final int MOST_STAGES = Stage.values().length;

    @Test
    void any_order_of_events_keeps_the_promises() {
        var stages = EnumSet.noneOf(Stage.class);
        var outcomes = EnumSet.noneOf(Outcome.class);
        var reasons = EnumSet.noneOf(Reason.class);
        var endings = EnumSet.noneOf(Ending.class);
        for (long seed = 0; seed < WALKS; seed++) {
            var walk = new Walk(seed);
            walk.run();
            stages.addAll(walk.stages);
            outcomes.add(walk.record().outcome());
            reasons.add(walk.record().reason());
            endings.add(walk.record().ending());
        }
        // The walks are worth something only if they get everywhere.
        assertThat(stages).containsExactlyInAnyOrder(Stage.values());
        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.values());
        assertThat(endings).containsExactlyInAnyOrder(Ending.values());
        // A hello that cannot be served has its own playbook; the cast's hello can.
        reasons.addAll(EnumSet.of(Reason.NO_ECDSA, Reason.CLIENT_TOO_OLD));
        assertThat(reasons).containsExactlyInAnyOrder(Reason.values());
    }

    /** One connection under random events, from a seed that a failure prints. */
    private static final class Walk {
        private static final List<Event> ALL = List.copyOf(new HashSet<>(Cast.EVENTS.values()));

        private final long seed;
        private final Random random;
        private final List<String> log = new ArrayList<>();
        private final Set<Stage> stages = EnumSet.noneOf(Stage.class);
        private final Set<Class<? extends Event>> seen = new HashSet<>();
        private final List<Conclusion> records = new ArrayList<>();
        private State state;
        private boolean leafIsOut;
        private @Nullable UpstreamStanding forging;

        Walk(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            var provenances = Listener.Provenance.values();
            var first =
                    State.begin(
                            new Listener(
                                    "front",
                                    provenances[random.nextInt(provenances.length)],
                                    random.nextBoolean()
                                            ? Listener.Access.OPEN
                                            : Listener.Access.AUTHENTICATED),
                            Playbook.CLIENT);
            state = first.next();
            check(first);
        }

        void run() {
            for (var i = random.nextInt(LONGEST_WALK); i > 0; i--) {
                feed(random.nextInt(10) < 6 ? likely() : any());
            }
            for (var i = 0; i < MOST_STAGES; i++) {
                feed(new Event.DeadlinePassed(state.stage()));
            }
            assertThat(state).as(this::story).isInstanceOf(Closed.class);
            assertThat(records).as(this::story).hasSize(1);
            assertThat(state.fate())
                    .as(this::story)
                    .contains(new Fate(record().outcome(), record().reason()));
        }

        Conclusion record() {
            return records.getFirst();
        }

        private void feed(Event event) {
            seen.add(event.getClass());
            log.add(">> " + event.getClass().getSimpleName());
            var wasClosed = state instanceof Closed;
            var step = state.on(event);
            assertThat(state.on(event)).as("pure: " + story()).isEqualTo(step);
            if (wasClosed) {
                assertThat(step.commands()).as(this::story).isEmpty();
            }
            state.fate()
                    .ifPresent(
                            said ->
                                    assertThat(step.next().fate())
                                            .as("what was certain: " + story())
                                            .contains(said));
            state = step.next();
            check(step);
        }

        private void check(Step step) {
            stages.add(state.stage());
            for (var command : step.commands()) {
                log.add("<< " + Transcript.of(command));
                switch (command) {
                    case Command.Conclude(var conclusion) -> records.add(conclusion);
                    case Command.HandshakeClient _ -> {
                        assertSeen(Event.Decided.class);
                        assertThat(forging).as(this::story).isNotNull();
                        assertSeen(Event.LeafForged.class);
                        leafIsOut = true;
                    }
                    case Command.Relay _ -> assertSeen(Event.ClientHandshaken.class);
                    case Command.DialRaw _, Command.Splice _ -> {
                        assertSeen(Event.Decided.class);
                        assertThat(leafIsOut).as("splice after our leaf: " + story()).isFalse();
                    }
                    case Command.ConnectUpstream _, Command.HandshakeUpstream _ -> {
                        assertSeen(Event.Decided.class);
                        assertSeen(Event.HelloRead.class);
                    }
                    // A trusted leaf only behind a good verdict, the other only behind a bad one.
                    case Command.Forge(var upstream) -> {
                        forging = upstream;
                        assertSeen(
                                switch (upstream) {
                                    case VerifiedUpstream _ -> Event.UpstreamVerified.class;
                                    case UntrustedUpstream _ -> Event.UpstreamUntrusted.class;
                                });
                    }
                    case Command.Testify(var testimony) -> {
                        assertThat(leafIsOut).as("no leaf was shown: " + story()).isTrue();
                        // One connection is one refusal at most, and its last word.
                        assertThat(
                                        testimony instanceof Testimony.Accepted
                                                || step.next() instanceof Closed)
                                .as(this::story)
                                .isTrue();
                    }
                    case Command.ReachPlain _, Command.ConnectPlain _, Command.Forward _ -> {
                        assertSeen(Event.Decided.class);
                        assertSeen(Event.PlainAsked.class);
                    }
                    case Command.FindDestination _,
                            Command.ReadConnectHead _,
                            Command.ReadProxyHeader _,
                            Command.Authenticate _,
                            Command.DecidePlain _,
                            Command.Resolve _,
                            Command.Screen _,
                            Command.Reach _,
                            Command.AcceptConnect _,
                            Command.PeekHello _,
                            Command.Decide _,
                            Command.DecideUnheard _,
                            Command.Remember _,
                            Command.VerifyUpstream _,
                            Command.AbandonUpstream _,
                            Command.Refuse _,
                            Command.StartDeadline _,
                            Command.CloseAll _ -> {}
                }
            }
            assertThat(records).as(this::story).hasSizeLessThanOrEqualTo(1);
            assertThat(state instanceof Closed)
                    .as("closed and recorded together: " + story())
                    .isEqualTo(records.size() == 1);
        }

        private void assertSeen(Class<? extends Event> event) {
            assertThat(seen).as(this::story).contains(event);
        }

        private Event any() {
            return ALL.get(random.nextInt(ALL.size()));
        }

        /** What would bring the connection on, so that walks also get far. */
        private Event likely() {
            return switch (state.stage()) {
                case ARRIVING -> Cast.named("destination found");
                case PROXY_HEADER -> Cast.named("proxy header");
                case CONNECT_HEAD ->
                        Cast.named(random.nextInt(3) == 0 ? "plain asked" : "connect asked");
                case AUTHENTICATING -> Cast.named("authenticated");
                case RESOLVING -> Cast.named("resolved");
                case SCREENING -> Cast.named("screened: inspect");
                case REACHING -> Cast.named("reached");
                case AWAITING_HELLO, PEEKING ->
                        random.nextBoolean()
                                ? random.nextInt(4) > 0
                                        ? Cast.named("hello read")
                                        : Cast.named("hello read, ECDSA alone")
                                : Cast.named("hello begun");
                case DECIDING ->
                        random.nextBoolean()
                                ? Cast.named("decided: inspect")
                                : random.nextBoolean()
                                        ? Cast.named("decided: inspect, failures splice")
                                        : random.nextBoolean()
                                                ? Cast.named("decided: inspect, untrusted mirrors")
                                                : random.nextBoolean()
                                                        ? Cast.named(
                                                                "decided: inspect, asked goes on")
                                                        : Cast.named(
                                                                "decided: inspect, weaker BLOCK");
                case CONNECTING ->
                        Cast.named(
                                state instanceof PlainConnecting
                                        ? random.nextBoolean() ? "reached" : "raw connected"
                                        : "upstream connected");
                case UPSTREAM_HANDSHAKE ->
                        random.nextInt(4) > 0
                                ? Cast.named("upstream handshaken")
                                : random.nextBoolean()
                                        ? Cast.named("upstream handshaken, asking")
                                        : Cast.named("upstream handshaken without alpn");
                case VERIFYING ->
                        random.nextInt(4) > 0
                                ? Cast.named("upstream verified")
                                : Cast.named("upstream untrusted");
                case FORGING -> Cast.named("leaf forged");
                case CLIENT_HANDSHAKE -> Cast.named("client handshaken");
                case SPLICE_CONNECTING -> Cast.named("raw connected");
                case RELAYING, FORWARDING, SPLICING, BLOCKING, CLOSED -> any();
            };
        }

        private String story() {
            return "seed " + seed + "\n" + String.join("\n", log);
        }
    }
}

package io.overt.control.edges;

import com.google.protobuf.ByteString;
import io.overt.control.rollout.EdgeReport;
import io.overt.control.rollout.Targets;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeTraits;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Nack;
import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetIdentity;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One stream of one edge. Offers go out as the edge can take them, and always towards what it is to
 * have then: a version that was overtaken while the edge was slow is never sent. Thread-safe;
 * guarded by its own lock.
 */
final class EdgeSession {

    /** The stream to the edge. Methods are called under the session's lock and must not block. */
    interface Outbound {
        /** Whether a message would leave now instead of being kept in memory. */
        boolean isReady();

        /** Sends. */
        void send(ControlMessage message);

        /** Ends the stream: the edge did something that no edge does. */
        void fail(String reason);

        /** Ends the stream: a newer one of the same edge took its place. */
        void replaced();

        /** Ends the stream in good order: this control plane goes away. */
        void goAway();
    }

    /** What came of a message from the edge. */
    enum Heard {
        HELLO,
        ACK,
        NACK,
        /** What it knows of exclusions, as it was asked. */
        EXCLUSIONS,
        /** How connections fare. */
        HEALTH,
        /** What became of an emergency order. */
        EMERGENCY,
        /** An answer to an offer that this stream did not make. */
        STRAY_ANSWER,
        /** A message where none, or no such, may come. */
        OUT_OF_ORDER,
        /** Of a kind that this build does not know: an edge may be newer. */
        UNKNOWN
    }

    private final Outbound out;
    private final Targets targets;
    private final Emergencies emergencies;
    private final Supplier<ByteString> nonces;
    private final Clock clock;
    private final Consumer<EdgeState> changed;
    private final EdgeMemory memory;
    private final Offers offers;
    private EdgeState state;
    private boolean greeted;

    /** The stream took nothing when there was something to offer. */
    private boolean waiting;

    /** The highest emergency order that this stream was sent, or has. */
    private long ordered;

    /** Questions about exclusions without an answer, oldest first. */
    private final Map<ByteString, CompletableFuture<ExclusionAnswer>> asked = new LinkedHashMap<>();

    private boolean answersExclusions;

    EdgeSession(
            EdgeState state,
            EdgeMemory memory,
            Outbound out,
            Targets targets,
            Emergencies emergencies,
            Supplier<ByteString> nonces,
            Clock clock,
            Consumer<EdgeState> changed) {
        this.state = state;
        this.memory = memory;
        this.out = out;
        this.targets = targets;
        this.emergencies = emergencies;
        this.nonces = nonces;
        this.clock = clock;
        this.changed = changed;
        this.offers = new Offers(targets::version, nonces);
    }

    FleetIdentity identity() {
        return state.identity();
    }

    /** A message of the edge, in the order it sent them. */
    synchronized Heard hear(EdgeMessage message) {
        return switch (message.getKindCase()) {
            case HELLO -> greet(message.getHello());
            case ACK -> greeted ? settle(message.getAck()) : outOfOrder("Ack before Hello");
            case NACK -> greeted ? refuse(message.getNack()) : outOfOrder("Nack before Hello");
            case EXCLUSIONS ->
                    greeted
                            ? answered(message.getExclusions())
                            : outOfOrder("ExclusionAnswer before Hello");
            case HEALTH -> greeted ? fares(message.getHealth()) : outOfOrder("Health before Hello");
            case EMERGENCY ->
                    greeted
                            ? obeys(message.getEmergency())
                            : outOfOrder("EmergencyAnswer before Hello");
            case KIND_NOT_SET -> Heard.UNKNOWN;
        };
    }

    /**
     * Offers what the edge is to have now, at once if the stream is ready. Before the Hello nothing
     * is offered: it would ask the edge blindly.
     */
    synchronized void retarget() {
        if (!greeted) {
            return;
        }
        if (!out.isReady()) {
            waiting = true;
            return;
        }
        waiting = false;
        for (var offer : offers.towards(targets.of(report()))) {
            out.send(ControlMessage.newBuilder().setOffer(offer).build());
        }
        memory.offered(offers.offered());
    }

    /** Sends the emergency order of its site, unless it has it. Short, so it may wait in memory. */
    synchronized void order() {
        if (!greeted || !memory.traits().abilities().contains(EdgeAbility.EDGE_ABILITY_EMERGENCY)) {
            return;
        }
        emergencies
                .of(state.identity().site())
                .filter(kept -> Long.compareUnsigned(kept.order().getNumber(), ordered) > 0)
                .ifPresent(
                        kept -> {
                            ordered = kept.order().getNumber();
                            out.send(
                                    ControlMessage.newBuilder()
                                            .setEmergency(kept.signed())
                                            .build());
                        });
    }

    /** What is known of it, as far as rollouts go. */
    synchronized EdgeReport report() {
        return report(
                state,
                memory,
                greeted ? EdgeReport.Presence.CONNECTED : EdgeReport.Presence.EXPECTED);
    }

    static EdgeReport report(EdgeState state, EdgeMemory memory, EdgeReport.Presence presence) {
        var traits = memory.traits();
        return new EdgeReport(
                state.identity(),
                traits.labels(),
                traits.abilities().contains(EdgeAbility.EDGE_ABILITY_SHADOW)
                        ? EdgeReport.Shadow.TAKES
                        : EdgeReport.Shadow.TAKES_NONE,
                presence,
                state.activeVersion(),
                memory.shadow(),
                state.rejectedVersion(),
                memory.offered(),
                memory.health().enforced(),
                memory.health().shadowed());
    }

    private Heard fares(Health health) {
        memory.health().hear(health, clock.instant());
        return Heard.HEALTH;
    }

    private Heard obeys(EmergencyAnswer answer) {
        memory.answered(answer.getNumber(), clip(answer.getProblem()));
        return Heard.EMERGENCY;
    }

    /**
     * Asks about exclusions; nothing where the edge is too old to answer. Completes exceptionally
     * where the stream is full or ends first, and never where the edge does not answer.
     *
     * @param ask without a nonce
     */
    synchronized Optional<CompletableFuture<ExclusionAnswer>> ask(ExclusionAsk ask) {
        if (!greeted || !answersExclusions) {
            return Optional.empty();
        }
        if (!out.isReady()) {
            return Optional.of(CompletableFuture.failedFuture(new NoAnswer("takes nothing now")));
        }
        var nonce = nonces.get();
        var answer = new CompletableFuture<ExclusionAnswer>();
        asked.put(nonce, answer);
        if (asked.size() > MAX_OPEN) {
            unanswered(asked.keySet().iterator().next(), "asked too much at once");
        }
        out.send(
                ControlMessage.newBuilder().setExclusions(ask.toBuilder().setNonce(nonce)).build());
        return Optional.of(answer);
    }

    private Heard answered(ExclusionAnswer answer) {
        var open = asked.remove(answer.getNonce());
        if (open == null) {
            return Heard.STRAY_ANSWER;
        }
        open.complete(answer);
        return Heard.EXCLUSIONS;
    }

    private void unanswered(ByteString nonce, String why) {
        var open = asked.remove(nonce);
        if (open != null) {
            open.completeExceptionally(new NoAnswer(why));
        }
    }

    /** The stream has ended, from whichever side: what is open stays open. */
    synchronized void ended() {
        greeted = false;
        Set.copyOf(asked.keySet()).forEach(nonce -> unanswered(nonce, "went away"));
    }

    /** An edge will not answer. */
    static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1;

        NoAnswer(String why) {
            super(why);
        }
    }

    /** The stream can take a message again. */
    synchronized void ready() {
        if (waiting) {
            retarget();
        }
    }

    /** Another stream of this edge took over. */
    synchronized void replaced() {
        ended();
        out.replaced();
    }

    /** The control plane goes away; the edge will come back to the next one. */
    synchronized void goAway() {
        ended();
        out.goAway();
    }

    private Heard greet(Hello hello) {
        if (greeted) {
            return outOfOrder("a second Hello");
        }
        greeted = true;
        answersExclusions = hello.getAnswersExclusions();
        var before = state;
        // What it refused stays on record until it takes something: a restart is no answer.
        change(
                new EdgeState(
                        before.identity(),
                        clip(hello.getBuild()),
                        hello.getActiveVersion(),
                        before.rejectedVersion(),
                        before.problems(),
                        clock.instant()));
        memory.traits(
                new EdgeTraits(
                        words(hello.getLabelsList()),
                        hello.getAbilitiesList().stream()
                                .filter(ability -> ability != EdgeAbility.UNRECOGNIZED)
                                .collect(Collectors.toUnmodifiableSet()),
                        EdgeTraits.Link.OPEN));
        memory.shadow(hello.getShadowVersion());
        memory.greetedUnder(hello.getEmergency());
        ordered = hello.getEmergency();
        offers.begin(
                hello.getActiveVersion(),
                hello.getActiveManifestSha256(),
                hello.getShadowVersion());
        order();
        retarget();
        return Heard.HELLO;
    }

    /** Bounded like all that an edge says. */
    private static Set<String> words(List<String> labels) {
        return labels.stream()
                .filter(label -> !label.isBlank() && label.length() <= MAX_LABEL)
                .filter(label -> label.chars().noneMatch(Character::isISOControl))
                .limit(MAX_LABELS)
                .collect(Collectors.toUnmodifiableSet());
    }

    private Heard settle(Ack ack) {
        if (offers.answered(ack.getNonce()).isEmpty()) {
            return Heard.STRAY_ANSWER;
        }
        memory.shadow(ack.getShadowVersion());
        change(
                new EdgeState(
                        state.identity(),
                        state.build(),
                        ack.getActiveVersion(),
                        0,
                        List.of(),
                        clock.instant()));
        return Heard.ACK;
    }

    private Heard refuse(Nack nack) {
        var made = offers.answered(nack.getNonce());
        if (made.isEmpty()) {
            return Heard.STRAY_ANSWER;
        }
        long version = made.get().version();
        var problems =
                nack.getProblemsList().stream().limit(MAX_PROBLEMS).map(EdgeSession::clip).toList();
        change(
                new EdgeState(
                        state.identity(),
                        state.build(),
                        nack.getActiveVersion(),
                        version,
                        problems,
                        clock.instant()));
        return Heard.NACK;
    }

    private Heard outOfOrder(String what) {
        out.fail(what);
        return Heard.OUT_OF_ORDER;
    }

    private void change(EdgeState next) {
        state = next;
        changed.accept(next);
    }

    synchronized EdgeState state() {
        return state;
    }

    private static Problem clip(Problem problem) {
        return problem.toBuilder()
                .setFile(clip(problem.getFile()))
                .setRule(clip(problem.getRule()))
                .setMessage(clip(problem.getMessage()))
                .build();
    }

    private static String clip(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    static final int MAX_OPEN = 16;

    /** What an edge says is kept and shown: it must not fill the store. */
    private static final int MAX_PROBLEMS = 100;

    private static final int MAX_TEXT = 500;
    private static final int MAX_LABELS = 32;
    private static final int MAX_LABEL = 63;
}

package io.overt.control.edges;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.control.rollout.EdgeReport;
import io.overt.control.rollout.Target;
import io.overt.control.rollout.Targets;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeTraits;
import io.overt.control.store.EmergencyStore;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Nack;
import io.overt.proto.control.v1.OfferMode;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EdgeSessionTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private final List<String> sent = new ArrayList<>();
    private final List<EdgeState> kept = new ArrayList<>();
    private boolean ready = true;
    private Optional<SignedVersion> newest = Optional.of(version(7));
    private long shadow;
    private Optional<EmergencyStore.Kept> ordered = Optional.empty();
    private int nonces;
    private final EdgeSession session =
            new EdgeSession(
                    EdgeState.unknown(new FleetIdentity("hq", Role.EDGE, "a"), Instant.EPOCH),
                    new EdgeMemory(EdgeTraits.UNKNOWN),
                    new Wire(),
                    new Wanted(),
                    _ -> ordered,
                    () -> ByteString.copyFromUtf8("n" + ++nonces),
                    Clock.fixed(NOW, ZoneOffset.UTC),
                    kept::add);

    /** Every edge is to have the newest. */
    private final class Wanted implements Targets {
        @Override
        public Target of(EdgeReport edge) {
            return new Target(newest.map(SignedVersion::version).orElse(0L), shadow);
        }

        @Override
        public Optional<SignedVersion> version(long number) {
            return Optional.of(EdgeSessionTest.version(number));
        }

        @Override
        public long highest() {
            return newest.map(SignedVersion::version).orElse(0L);
        }

        @Override
        public long base() {
            return highest();
        }

        @Override
        public void nudge() {}
    }

    private void wanted(long number) {
        newest = Optional.of(version(number));
        session.retarget();
    }

    /** Writes down what goes out. */
    private final class Wire implements EdgeSession.Outbound {
        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void send(ControlMessage message) {
            if (message.hasExclusions()) {
                sent.add("ask " + message.getExclusions().getNonce().toStringUtf8());
                return;
            }
            if (message.hasEmergency()) {
                sent.add("emergency");
                return;
            }
            if (message.getOffer().getMode() == OfferMode.OFFER_MODE_END_SHADOW) {
                sent.add("end shadow " + message.getOffer().getNonce().toStringUtf8());
                return;
            }
            try {
                var manifest =
                        BundleManifest.parseFrom(message.getOffer().getBundle().getManifest());
                sent.add(
                        (message.getOffer().getMode() == OfferMode.OFFER_MODE_SHADOW
                                        ? "shadow "
                                        : "offer ")
                                + manifest.getVersion()
                                + " "
                                + message.getOffer().getNonce().toStringUtf8());
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void fail(String reason) {
            sent.add("fail: " + reason);
        }

        @Override
        public void replaced() {
            sent.add("replaced");
        }

        @Override
        public void goAway() {
            sent.add("go away");
        }
    }

    @Test
    void an_edge_that_has_none_is_offered_the_newest_once_it_said_hello() {
        wanted(7);
        assertThat(sent).isEmpty();

        assertThat(session.hear(hello(0, ByteString.EMPTY))).isEqualTo(EdgeSession.Heard.HELLO);

        assertThat(sent).containsExactly("offer 7 n1");
        assertThat(kept)
                .singleElement()
                .satisfies(state -> assertThat(state.lastSeen()).isEqualTo(NOW));
    }

    @Test
    void an_edge_that_has_the_newest_by_digest_is_offered_nothing() {
        session.hear(hello(7, version(7).manifestSha256()));

        assertThat(sent).isEmpty();
    }

    @Test
    void an_edge_that_has_the_number_with_another_content_or_does_not_say_is_offered_it() {
        session.hear(hello(7, ByteString.copyFromUtf8("other")));

        assertThat(sent).containsExactly("offer 7 n1");
    }

    @Test
    void nothing_is_offered_while_nothing_is_published() {
        newest = Optional.empty();
        session.hear(hello(0, ByteString.EMPTY));
        assertThat(sent).isEmpty();

        wanted(1);
        assertThat(sent).containsExactly("offer 1 n1");
    }

    @Test
    void a_version_is_offered_once_and_never_an_older_one() {
        session.hear(hello(0, ByteString.EMPTY));
        wanted(7);
        wanted(6);
        wanted(8);

        assertThat(sent).containsExactly("offer 7 n1", "offer 8 n2");
    }

    @Test
    void a_slow_edge_gets_the_newest_and_none_of_those_that_were_overtaken() {
        ready = false;
        session.hear(hello(0, ByteString.EMPTY));
        wanted(8);
        wanted(9);
        assertThat(sent).isEmpty();

        ready = true;
        session.ready();
        session.ready();

        assertThat(sent).containsExactly("offer 9 n1");
    }

    @Test
    void an_ack_is_what_the_edge_runs_and_clears_what_it_refused() {
        session.hear(hello(5, ByteString.EMPTY));
        session.hear(nack("n1", 5, "bad"));
        assertThat(session.state().rejectedVersion()).isEqualTo(7);
        assertThat(session.state().activeVersion()).isEqualTo(5);
        assertThat(session.state().problems()).map(Problem::getMessage).containsExactly("bad");

        wanted(8);
        assertThat(session.hear(ack("n2", 8))).isEqualTo(EdgeSession.Heard.ACK);

        assertThat(session.state().activeVersion()).isEqualTo(8);
        assertThat(session.state().rejectedVersion()).isZero();
        assertThat(session.state().problems()).isEmpty();
        assertThat(kept).last().isEqualTo(session.state());
    }

    @Test
    void an_edge_that_is_ahead_is_offered_nothing() {
        session.hear(hello(9, ByteString.EMPTY));

        assertThat(sent).isEmpty();
    }

    @Test
    void a_shadow_is_offered_once_and_ended_when_it_is_not_wanted_any_more() {
        shadow = 8;
        session.hear(
                greeting(
                        Hello.newBuilder()
                                .setActiveVersion(7)
                                .setActiveManifestSha256(version(7).manifestSha256())));
        session.retarget();
        assertThat(sent).containsExactly("shadow 8 n1");

        session.hear(
                EdgeMessage.newBuilder()
                        .setAck(
                                Ack.newBuilder()
                                        .setNonce(ByteString.copyFromUtf8("n1"))
                                        .setActiveVersion(7)
                                        .setShadowVersion(8))
                        .build());
        assertThat(session.report().shadow()).isEqualTo(8);

        shadow = 0;
        session.retarget();
        assertThat(sent).containsExactly("shadow 8 n1", "end shadow n2");
    }

    @Test
    void what_comes_into_force_ends_its_own_shadow() {
        shadow = 8;
        session.hear(
                greeting(
                        Hello.newBuilder()
                                .setActiveVersion(7)
                                .setActiveManifestSha256(version(7).manifestSha256())));
        shadow = 0;
        wanted(8);

        assertThat(sent).containsExactly("shadow 8 n1", "offer 8 n2");
    }

    @Test
    void an_emergency_order_goes_to_an_edge_that_knows_such_and_has_it_not() {
        ordered =
                Optional.of(
                        new EmergencyStore.Kept(
                                EmergencyOrder.newBuilder().setNumber(3).build(),
                                SignedEmergency.getDefaultInstance()));
        newest = Optional.empty();
        session.hear(greeting(Hello.newBuilder().setEmergency(2)));
        session.order();
        assertThat(sent).containsExactly("emergency");

        assertThat(
                        session.hear(
                                EdgeMessage.newBuilder()
                                        .setEmergency(EmergencyAnswer.newBuilder().setNumber(3))
                                        .build()))
                .isEqualTo(EdgeSession.Heard.EMERGENCY);
    }

    @Test
    void an_edge_that_does_not_know_emergencies_or_has_the_order_is_sent_none() {
        ordered =
                Optional.of(
                        new EmergencyStore.Kept(
                                EmergencyOrder.newBuilder().setNumber(3).build(),
                                SignedEmergency.getDefaultInstance()));
        newest = Optional.empty();
        session.hear(EdgeMessage.newBuilder().setHello(Hello.getDefaultInstance()).build());
        assertThat(sent).isEmpty();
        session.ended();
        session.hear(greeting(Hello.newBuilder().setEmergency(3)));
        assertThat(sent).isEmpty();
    }

    @Test
    void figures_of_an_edge_that_began_anew_are_added_to_those_before() {
        session.hear(hello(7, version(7).manifestSha256()));
        session.hear(health(7, 100, 1, 10));
        session.hear(health(7, 100, 1, 25));
        session.hear(health(7, 200, 2, 5));

        var figures = Objects.requireNonNull(session.report().enforced().get(7L));
        assertThat(figures.connections()).isEqualTo(30);
        assertThat(figures.handshakeFailures()).isEqualTo(3);
    }

    private static EdgeMessage health(long version, long since, long failures, long connections) {
        return EdgeMessage.newBuilder()
                .setHealth(
                        Health.newBuilder()
                                .setVersion(version)
                                .setSince(Timestamp.newBuilder().setSeconds(since))
                                .setHandshakeFailures(failures)
                                .setConnections(connections))
                .build();
    }

    private static EdgeMessage greeting(Hello.Builder hello) {
        return EdgeMessage.newBuilder()
                .setHello(
                        hello.addAbilities(EdgeAbility.EDGE_ABILITY_SHADOW)
                                .addAbilities(EdgeAbility.EDGE_ABILITY_EMERGENCY))
                .build();
    }

    @Test
    void an_answer_to_what_was_not_offered_changes_nothing() {
        session.hear(hello(0, ByteString.EMPTY));
        var before = session.state();

        assertThat(session.hear(ack("guessed", 99))).isEqualTo(EdgeSession.Heard.STRAY_ANSWER);
        assertThat(session.hear(nack("guessed", 99, "x")))
                .isEqualTo(EdgeSession.Heard.STRAY_ANSWER);
        assertThat(session.hear(ack("n1", 7))).isEqualTo(EdgeSession.Heard.ACK);
        assertThat(session.hear(ack("n1", 99))).isEqualTo(EdgeSession.Heard.STRAY_ANSWER);

        assertThat(before.activeVersion()).isZero();
        assertThat(session.state().activeVersion()).isEqualTo(7);
    }

    @Test
    void an_edge_that_does_not_begin_with_hello_or_says_it_twice_is_hung_up_on() {
        assertThat(session.hear(ack("n1", 7))).isEqualTo(EdgeSession.Heard.OUT_OF_ORDER);
        assertThat(session.hear(nack("n1", 7, "x"))).isEqualTo(EdgeSession.Heard.OUT_OF_ORDER);
        session.hear(hello(7, version(7).manifestSha256()));
        assertThat(session.hear(hello(7, ByteString.EMPTY)))
                .isEqualTo(EdgeSession.Heard.OUT_OF_ORDER);

        assertThat(sent)
                .containsExactly(
                        "fail: Ack before Hello",
                        "fail: Nack before Hello",
                        "fail: a second Hello");
    }

    @Test
    void a_message_of_a_newer_kind_is_passed_over() {
        assertThat(session.hear(EdgeMessage.getDefaultInstance()))
                .isEqualTo(EdgeSession.Heard.UNKNOWN);
        assertThat(sent).isEmpty();
    }

    @Test
    void an_edge_cannot_fill_the_store() {
        session.hear(
                EdgeMessage.newBuilder()
                        .setHello(Hello.newBuilder().setBuild("b".repeat(10_000)))
                        .build());
        var long_ =
                Problem.newBuilder()
                        .setFile("f".repeat(10_000))
                        .setMessage("m".repeat(10_000))
                        .build();
        session.hear(
                EdgeMessage.newBuilder()
                        .setNack(
                                Nack.newBuilder()
                                        .setNonce(ByteString.copyFromUtf8("n1"))
                                        .addAllProblems(Collections.nCopies(10_000, long_)))
                        .build());

        assertThat(session.state().build()).hasSizeLessThanOrEqualTo(501);
        assertThat(session.state().problems()).hasSize(100);
        assertThat(session.state().problems().getFirst().getMessage())
                .hasSizeLessThanOrEqualTo(501);
        assertThat(session.state().problems().getFirst().getFile()).hasSizeLessThanOrEqualTo(501);
    }

    @Test
    void what_was_refused_stays_on_record_over_a_reconnect() {
        session.hear(hello(5, ByteString.EMPTY));
        session.hear(nack("n1", 5, "bad"));
        var again =
                new EdgeSession(
                        session.state(),
                        new EdgeMemory(EdgeTraits.UNKNOWN),
                        new Wire(),
                        new Wanted(),
                        _ -> Optional.empty(),
                        () -> ByteString.EMPTY,
                        Clock.systemUTC(),
                        kept::add);

        again.hear(hello(5, ByteString.EMPTY));

        assertThat(again.state().rejectedVersion()).isEqualTo(7);
        assertThat(again.state().problems()).hasSize(1);
    }

    @Test
    void what_is_asked_about_exclusions_is_answered_once_and_by_its_nonce() throws Exception {
        greetKnowingExclusions();
        var one = session.ask(ExclusionAsk.getDefaultInstance()).orElseThrow();
        var two = session.ask(ExclusionAsk.getDefaultInstance()).orElseThrow();

        assertThat(session.hear(answer("n2", 2))).isEqualTo(EdgeSession.Heard.EXCLUSIONS);
        assertThat(session.hear(answer("n2", 9))).isEqualTo(EdgeSession.Heard.STRAY_ANSWER);
        assertThat(session.hear(answer("guessed", 9))).isEqualTo(EdgeSession.Heard.STRAY_ANSWER);

        assertThat(two.get().getEntriesList()).hasSize(2);
        assertThat(one).isNotDone();
    }

    @Test
    void an_edge_that_does_not_say_that_it_answers_is_not_asked() {
        assertThat(session.ask(ExclusionAsk.getDefaultInstance())).isEmpty();
        session.hear(hello(7, version(7).manifestSha256()));
        assertThat(session.ask(ExclusionAsk.getDefaultInstance())).isEmpty();
    }

    @Test
    void whoever_waits_for_an_edge_that_goes_away_is_told() {
        greetKnowingExclusions();
        var open = session.ask(ExclusionAsk.getDefaultInstance()).orElseThrow();
        session.ended();
        assertThat(open).isCompletedExceptionally();
        assertThat(session.ask(ExclusionAsk.getDefaultInstance())).isEmpty();
    }

    @Test
    void an_edge_that_takes_or_answers_nothing_costs_no_memory() {
        greetKnowingExclusions();
        var first = session.ask(ExclusionAsk.getDefaultInstance()).orElseThrow();
        for (var i = 0; i < 100; i++) {
            assertThat(session.ask(ExclusionAsk.getDefaultInstance())).isPresent();
        }
        assertThat(first).isCompletedExceptionally();
        var before = sent.size();
        ready = false;
        assertThat(session.ask(ExclusionAsk.getDefaultInstance()).orElseThrow())
                .isCompletedExceptionally();
        assertThat(sent).hasSize(before);
    }

    private void greetKnowingExclusions() {
        newest = Optional.empty();
        session.hear(
                EdgeMessage.newBuilder()
                        .setHello(Hello.newBuilder().setAnswersExclusions(true))
                        .build());
    }

    private static EdgeMessage answer(String nonce, int entries) {
        return EdgeMessage.newBuilder()
                .setExclusions(
                        ExclusionAnswer.newBuilder()
                                .setNonce(ByteString.copyFromUtf8(nonce))
                                .addAllEntries(
                                        Collections.nCopies(
                                                entries, ExclusionEntry.getDefaultInstance())))
                .build();
    }

    private static EdgeMessage hello(long active, ByteString digest) {
        return EdgeMessage.newBuilder()
                .setHello(
                        Hello.newBuilder()
                                .setBuild("1")
                                .setActiveVersion(active)
                                .setActiveManifestSha256(digest))
                .build();
    }

    private static EdgeMessage ack(String nonce, long active) {
        return EdgeMessage.newBuilder()
                .setAck(
                        Ack.newBuilder()
                                .setNonce(ByteString.copyFromUtf8(nonce))
                                .setActiveVersion(active))
                .build();
    }

    private static EdgeMessage nack(String nonce, long active, String problem) {
        return EdgeMessage.newBuilder()
                .setNack(
                        Nack.newBuilder()
                                .setNonce(ByteString.copyFromUtf8(nonce))
                                .setActiveVersion(active)
                                .addProblems(Problem.newBuilder().setMessage(problem)))
                .build();
    }

    private static SignedVersion version(long number) {
        return new SignedVersion(
                number,
                "corporate",
                NOW,
                "overt://hq/operator/alice",
                ByteString.EMPTY,
                ByteString.copyFromUtf8("digest of " + number),
                PolicyBundle.newBuilder()
                        .setManifest(
                                BundleManifest.newBuilder()
                                        .setVersion(number)
                                        .build()
                                        .toByteString())
                        .build());
    }
}

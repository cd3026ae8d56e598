package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class OutcomesTest {
    @ParameterizedTest
    @EnumSource(Failure.class)
    void what_a_rule_does_not_say_is_block_but_for_three_that_are_named_here(Failure failure) {
        FailureAction expected =
                switch (failure) {
                    case NO_ECDSA -> FailureAction.SPLICE;
                    case WEAKER, POST_QUANTUM_LOST -> FailureAction.INSPECT;
                    default -> FailureAction.BLOCK;
                };

        assertThat(inspecting("").of(failure)).isEqualTo(expected);
    }

    static Stream<Arguments> stated() {
        return Stream.of(Failure.values())
                .filter(f -> f != Failure.NOT_MIRRORABLE && f != Failure.CLIENT_REFUSED)
                .flatMap(
                        failure ->
                                failure.allowed().stream()
                                        .map(action -> Arguments.of(failure, action)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("stated")
    void what_a_rule_says_is_what_happens_and_nothing_else_changes(
            Failure failure, FailureAction action) {
        Outcomes on = inspecting("on: { " + failure.key() + ": " + action.key() + " }");

        assertThat(on.of(failure)).isEqualTo(action);
        for (Failure other : Failure.values()) {
            if (!other.key().equals(failure.key())) {
                assertThat(on.of(other)).as("%s", other).isEqualTo(other.unstated());
            }
        }
    }

    // DESIGN: an unknown critical extension is not forged: it counts as an untrusted upstream.
    @ParameterizedTest
    @CsvSource({"splice, SPLICE", "block, BLOCK", "mirror-untrusted, BLOCK"})
    void what_cannot_be_mirrored_counts_as_untrusted_and_is_never_mirrored(
            String untrusted, FailureAction expected) {
        assertThat(inspecting("on: { untrusted: " + untrusted + " }").of(Failure.NOT_MIRRORABLE))
                .isEqualTo(expected);
    }

    @Test
    void pinned_is_learned_only_where_a_rule_says_so() {
        Outcomes on = inspecting("on: { pinned: { after: 3, ttl: 12h, then: splice } }");

        assertThat(on.pinned()).contains(new Pinned(3, Duration.ofHours(12), FailureAction.SPLICE));
        assertThat(on.of(Failure.CLIENT_REFUSED)).isEqualTo(FailureAction.SPLICE);
        assertThat(
                        inspecting(
                                        "on: { pinned: { after: 3, ttl: 12h, then: block, clients: 20 } }")
                                .pinned())
                .contains(new Pinned(3, Duration.ofHours(12), FailureAction.BLOCK, 20));
        assertThat(inspecting("").pinned()).isEmpty();
        assertThat(inspecting("on: { pinned: block }")).isEqualTo(Outcomes.unstated());
    }

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "15m, PT15M", "12h, PT12H", "365d, P365D"})
    void a_ttl_has_a_unit(String written, Duration meant) {
        Outcomes on = inspecting("on: { pinned: { after: 1, ttl: " + written + ", then: block } }");

        assertThat(on.pinned().orElseThrow().ttl()).isEqualTo(meant);
    }

    @ParameterizedTest
    @EnumSource(HelloFault.class)
    void a_hello_that_was_not_read_is_a_failure_of_its_own(HelloFault fault) {
        Policy policy =
                Documents.compiled(
                        "policy: p\nrules:\n  - { name: default, then: inspect, on: { "
                                + fault.failure().key()
                                + ": splice } }\n");

        Decision decision = policy.decide(Facts.unlike().fault(fault).connection());

        assertThat(decision.on().of(fault.failure())).isEqualTo(FailureAction.SPLICE);
    }

    @Test
    void an_action_that_a_failure_does_not_allow_cannot_be_stated() {
        assertThatThrownBy(
                        () ->
                                Outcomes.stating(
                                        Map.of(Failure.OVERLOAD, FailureAction.MIRROR_UNTRUSTED),
                                        Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("OVERLOAD: MIRROR_UNTRUSTED");
    }

    private static Outcomes inspecting(String on) {
        return Documents.compiled(
                        "policy: p\nrules:\n  - name: default\n    then: inspect\n    " + on + "\n")
                .decide(Facts.unlike().connection())
                .on();
    }
}

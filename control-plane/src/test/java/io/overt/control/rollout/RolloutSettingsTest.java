package io.overt.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.ControlConfig;
import io.overt.control.ControlYaml;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code rollout} of the configuration. */
class RolloutSettingsTest {
    @TempDir Path folder;

    @Test
    void what_is_wrong_with_rollouts_is_said_at_its_line() {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        rollout:
                                          approvals: 2
                                          plan:
                                            start: 2026-03-02T22:00:00Z
                                            waves:
                                              - {name: canary, percent: 10}
                                            gates:
                                              nacks: {at-most: 2%}
                                          freeze:
                                            - {days: [friday], zone: Mars/Base}
                                        """))
                .hasMessageContaining("rollout.approvals: 2 without approvers")
                .hasMessageContaining("wave canary: does not take every edge")
                .hasMessageContaining("rollout.plan.gates.nacks.at-most: 2% (expected: a number)")
                .hasMessageContaining("friday (expected: mon, tue, wed, thu, fri, sat, sun)")
                .hasMessageContaining("Mars/Base (expected: a time zone such as Europe/Berlin)");
    }

    @Test
    void the_example_of_rollouts_is_read_and_names_every_figure() throws Exception {
        var shown = read(ControlYaml.commentedOut("rollout")).rollout();

        assertThat(shown.publisher()).isEqualTo(RolloutSettings.defaults().publisher());
        assertThat(shown.waitAfterStart()).isEqualTo(RolloutSettings.defaults().waitAfterStart());
        assertThat(shown.plan().onDeadline()).isEqualTo(Gate.Action.PAUSE);
        assertThat(shown.plan().gates())
                .map(Gate::metric)
                .containsExactlyInAnyOrder(Gate.Metric.values());
        assertThat(shown.freeze()).hasSize(2);
    }

    private ControlConfig read(String sections) throws Exception {
        return ControlYaml.read(folder, sections);
    }
}

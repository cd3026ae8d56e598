package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DesignExampleTest {
    @Test
    void the_example_of_the_design_compiles() {
        Compilation compilation =
                PolicyCompiler.compile(
                        new PolicySource(
                                Map.of(
                                        "policy.yaml",
                                        """
                                        policy: corporate
                                        rules:
                                          - name: staff-health
                                            when: { host: ["*.hospital.example"], list: health }
                                            then: splice
                                          - name: default
                                            then: inspect
                                        lists:
                                          health: { file: lists/health.txt }
                                        """
                                                .getBytes(StandardCharsets.UTF_8),
                                        "lists/health.txt",
                                        "clinic.example\n".getBytes(StandardCharsets.UTF_8))));
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    }
}

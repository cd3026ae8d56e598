package io.overt.signer.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.config.ConfigException;
import io.overt.service.process.StartException;
import io.overt.signer.key.TokenSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who has to agree to a plan, to which bytes, and how often it is done. In a SoftHSM token, by
 * plans that people signed with the real ssh-keygen.
 */
class CeremonyApprovalsTest {

    @TempDir static Path shared;
    private static TokenSettings token;

    @TempDir Path folder;
    private CeremonyWorld ceremony;

    @BeforeAll
    static void prepare() throws Exception {
        token = CeremonyWorld.prepare(shared);
    }

    @BeforeEach
    void begin(TestInfo test) {
        ceremony = new CeremonyWorld(shared, token, folder, test.getDisplayName());
    }

    // checklist 72
    @Test
    void a_plan_with_one_approval_is_refused_and_nothing_is_made() throws Exception {
        Path plan = ceremony.write("root.yaml", ceremony.plans().root("inspection"));
        ceremony.sign("alice", plan);

        assertThatThrownBy(() -> ceremony.run(plan))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("approved by alice (expected: 2 different people)");
        ceremony.nothingMade("root.pem", "root.transcript");
    }

    @Test
    void a_plan_that_was_altered_after_it_was_approved_is_refused() throws Exception {
        Path plan = ceremony.write("root.yaml", ceremony.plans().root("inspection"));
        ceremony.sign("alice", plan);
        ceremony.sign("bob", plan);
        Files.writeString(plan, Files.readString(plan).replace("2046", "2047"));

        assertThatThrownBy(() -> ceremony.run(plan))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("approved by nobody")
                .hasMessageContaining("does not verify with the key of alice")
                .hasMessageContaining("does not verify with the key of bob");
        ceremony.nothingMade("root.pem", "root.transcript");
    }

    @Test
    void approvals_that_lie_elsewhere_are_named() throws Exception {
        Path plan = ceremony.write("root.yaml", ceremony.plans().root("inspection"));
        List<String> call =
                new ArrayList<>(
                        List.of(
                                "run",
                                plan.toString(),
                                "--approvers",
                                shared.resolve("approvers.yaml").toString()));
        for (String who : List.of("alice", "bob")) {
            ceremony.sign(who, plan);
            Path moved = folder.resolve(who + ".approval");
            Files.move(folder.resolve("root.yaml." + who + ".sig"), moved);
            call.addAll(List.of("--approval", moved.toString()));
        }

        assertThatThrownBy(() -> ceremony.run(plan)).hasMessageContaining("approved by nobody");
        assertThat(ceremony.command(call.toArray(String[]::new))).contains("transcript sha256:");
    }

    @Test
    void without_approvers_nothing_is_done() throws Exception {
        Path plan = ceremony.write("root.yaml", ceremony.plans().root("inspection"));

        assertThatThrownBy(() -> ceremony.command("run", plan.toString()))
                .hasMessageContaining("Missing required option: '--approvers=FILE'");
        ceremony.nothingMade("root.pem", "root.transcript");
    }

    @Test
    void a_plan_is_done_once_and_a_label_is_given_once() throws Exception {
        ceremony.root();
        byte[] first = Files.readAllBytes(folder.resolve("root.pem"));

        assertThatThrownBy(() -> ceremony.run(folder.resolve("root.yaml")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("root.pem: is there already, and is not overwritten");
        assertThat(Files.readAllBytes(folder.resolve("root.pem"))).isEqualTo(first);

        Files.delete(folder.resolve("root.pem"));
        Files.delete(folder.resolve("root.transcript"));
        assertThatThrownBy(() -> ceremony.run(folder.resolve("root.yaml")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("objects labelled 'root-" + ceremony.unique() + "' already");
        assertThat(folder.resolve("root.pem")).doesNotExist();
        assertThat(ceremony.labelled("root")).as("key and certificate of the first").isEqualTo(2);
    }
}

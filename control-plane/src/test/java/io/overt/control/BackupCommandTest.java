package io.overt.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.TestStore;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.service.process.StartException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BackupCommandTest {
    private static final EdgeState EDGE =
            new EdgeState(
                    new FleetIdentity("hq", Role.EDGE, "a"), "1", 1, 0, List.of(), Instant.EPOCH);
    @TempDir Path folder;

    @EachStore
    void one_command_makes_a_backup_and_one_brings_it_back(TestStore store) throws Exception {
        var file = folder.resolve("backup");
        var config = config("one", store.yaml());
        try (var database = store.open()) {
            new EdgeStore(database).put(EDGE, new FleetIdentity("hq", Role.CONTROL, "c"));

            assertThat(run(new BackupCommand(), "--config", config, "--out", file.toString()))
                    .startsWith("0 " + file + ": 1 rows of ")
                    .endsWith("tables, newest policy version 0\n");
        }
        assertThat(run(new BackupCommand(), "--config", config, "--out", file.toString()))
                .isEqualTo("1 " + file + ": is there already, and is never overwritten\n");
        assertThat(run(new RestoreCommand(), "--config", config, "--from", file.toString()))
                .startsWith("1 " + store.config() + ": is not empty, table edge has rows");

        var elsewhere = new StoreConfig.InFile(folder.resolve("elsewhere/control.db"));
        assertThat(
                        run(
                                new RestoreCommand(),
                                "--config",
                                config("two", "store: {file: " + elsewhere + "}\n"),
                                "--from",
                                file.toString(),
                                "--next-version-at-least",
                                "77"))
                .startsWith("0 " + elsewhere + ": 1 rows of ")
                .contains("newest policy version 0, the next one is at least 77\n")
                .contains("Publish the policy once more");
        try (var database = Database.open(elsewhere)) {
            assertThat(new EdgeStore(database).all()).containsExactly(EDGE);
        }
    }

    @EachStore
    void what_is_not_there_is_told_as_such(TestStore store) throws Exception {
        var config = config("one", store.yaml());
        var missing = folder.resolve("missing");

        assertThat(run(new RestoreCommand(), "--config", config, "--from", missing.toString()))
                .startsWith("1 " + missing + ": cannot be read: ");
        assertThat(run(new BackupCommand(), "--config", config)).startsWith("2 ");
    }

    private String config(String name, String store) throws Exception {
        return Files.writeString(
                        folder.resolve(name + ".yaml"),
                        """
                        identity: {certificate: c.pem, key: c.key, trust-anchors: ca.pem}
                        policy: {signing-key: policy.key}
                        log: {level: warn}
                        """
                                + store,
                        UTF_8)
                .toString();
    }

    private static String run(Object command, String... args) {
        var printed = new StringWriter();
        var line = new CommandLine(command);
        line.setOut(new PrintWriter(printed, true));
        line.setErr(new PrintWriter(printed, true));
        line.setExecutionExceptionHandler(
                (failure, _, _) -> {
                    // As the frame does.
                    assertThat(failure).isInstanceOf(StartException.class);
                    printed.append(failure.getMessage()).append('\n');
                    return 1;
                });
        int exit = line.execute(args);
        return exit + " " + printed;
    }
}

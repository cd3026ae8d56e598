package io.overt.signer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overt.signer.issue.IndexException;
import io.overt.signer.store.SqliteStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system of its own, which fills up. Mounting it takes root. */
class DiskFullTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final Issuances issuances = new Issuances();
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting takes root");
        disk = Files.createDirectory(directory.resolve("disk"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=3m", "overt-test", disk.toString()))
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    // checklist 78: an audit sink that is away is a secure state
    @Test
    void a_full_disk_stops_signing_at_once_and_visibly_and_room_lets_it_go_on() throws Exception {
        try (SqliteStore store = SqliteStore.open(disk.resolve("signer.db"), LONG);
                TestLog log =
                        TestLog.open(
                                directory, disk.resolve("log"), store, Duration.ofMillis(100))) {
            log.log().standing(List.of(issuances.issuer()));
            issuances.issue(log.log(), 0);
            Path ballast = disk.resolve("ballast");
            long free = Files.getFileStore(disk).getUsableSpace();
            Files.write(ballast, new byte[(int) (free - 60_000)]);

            int issued = 1;
            IndexException stopped = null;
            while (stopped == null && issued < 200) {
                try {
                    issuances.issue(log.log(), issued++);
                } catch (IndexException e) {
                    stopped = e;
                }
            }
            assertThat(stopped).as("the disk is full").isNotNull();
            await().atMost(LONG).until(() -> log.readiness().unmet().containsKey("log"));
            assertThat(log.failures("ledger") + log.failures("files")).isPositive();
            assertThatThrownBy(() -> issuances.issue(log.log(), 1000))
                    .as("and it stays so")
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("the transparency log cannot be written");

            Files.delete(ballast);
            await().atMost(LONG).until(() -> log.readiness().unmet().isEmpty());
            issuances.issue(log.log(), 1000);
            log.log().close();
            LogCheck.Report report =
                    LogCheck.of(
                            log.folder(),
                            log.key(),
                            Optional.of(
                                    LogReader.read(log.key().name(), log.readers().privateKey())));
            assertThat(report.findings()).isEmpty();
            assertThat(report.head().orElseThrow().size()).isEqualTo(store.size());
        }
    }
}

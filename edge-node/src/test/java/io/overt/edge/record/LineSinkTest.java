package io.overt.edge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.flow.Command;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Listener;
import io.overt.edge.flow.State;
import io.overt.service.process.StartException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineSinkTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void records_are_lines_of_a_file_and_survive_its_rotation(@TempDir Path folder)
            throws Exception {
        var file = folder.resolve("connections.log");
        try (var sink = LineSink.toFile(file, 100, meters)) {
            sink.accept(record("first"));
            await().atMost(Duration.ofSeconds(30)).until(() -> count("written") == 1);
            Files.move(file, folder.resolve("connections.log.1"));
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));
            sink.accept(record("second"));
        }
        assertThat(Files.readString(folder.resolve("connections.log.1")))
                .contains("\"edge\":\"first\"")
                .endsWith("}\n");
        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .contains("\"edge\":\"second\"");
    }

    @Test
    void what_does_not_fit_is_dropped_and_counted_and_never_waited_for() throws Exception {
        // A device on which every write fails: the writer goes on, and so does traffic.
        try (var sink = LineSink.toFile(Path.of("/dev/full"), 16, meters)) {
            for (var i = 0; i < 10_000; i++) {
                sink.accept(record("edge-1"));
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> count("dropped") + count("failed") == 10_000);
        }
        assertThat(count("dropped")).isPositive();
        assertThat(count("failed")).isPositive();
        assertThat(count("written")).isZero();
    }

    @Test
    void a_file_that_cannot_be_opened_is_said_at_start(@TempDir Path folder) {
        assertThatThrownBy(() -> LineSink.toFile(folder.resolve("no/such"), 16, meters))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no/such");
    }

    private double count(String fate) {
        return meters.get("overt.edge.records").tag("fate", fate).counter().count();
    }

    private static ConnectionRecord record(String edge) {
        var begun =
                State.begin(
                        new Listener("divert", Listener.Provenance.DIVERT),
                        new InetSocketAddress("192.0.2.7", 40000));
        var conclusion =
                begun.next().on(new Event.ClientLeft()).commands().stream()
                        .filter(Command.Conclude.class::isInstance)
                        .map(command -> ((Command.Conclude) command).conclusion())
                        .findFirst()
                        .orElseThrow();
        var clock = Clock.systemUTC();
        return new ConnectionRecord(
                "berlin",
                edge,
                conclusion,
                new Observations(ConnectionId.create(clock), clock, System::nanoTime));
    }
}

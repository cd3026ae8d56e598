package io.overt.edge.policy;

import com.google.protobuf.Timestamp;
import io.overt.proto.control.v1.Health;
import java.time.InstantSource;

/** The figures of an edge without a data path: which version, since when, and no connection. */
final class NoConnections implements Figures {
    private final InstantSource clock;
    private volatile Health figures = Health.getDefaultInstance();

    NoConnections(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void began(long version) {
        var now = clock.instant();
        figures =
                figures.toBuilder()
                        .setVersion(version)
                        .setSince(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()))
                        .build();
    }

    @Override
    public synchronized void shadowBegan(long version) {
        figures = figures.toBuilder().setShadowVersion(version).build();
    }

    @Override
    public Health health() {
        return figures;
    }
}

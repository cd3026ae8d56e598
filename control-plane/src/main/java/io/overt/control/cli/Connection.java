package io.overt.control.cli;

import io.grpc.ManagedChannel;
import io.overt.proto.control.v1.ExclusionAdminGrpc;
import io.overt.proto.control.v1.ListAdminGrpc;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A channel to the control plane with the operator's identity, for as long as one command runs. */
final class Connection implements AutoCloseable {
    private final FleetTls tls;
    private final ManagedChannel channel;
    private final Duration timeout;

    /** Reads {@code control}, {@code identity} and {@code timeout}; connects at the first call. */
    static Connection open(Path configuration) throws ConfigException {
        var root = ConfigFile.read(configuration);
        var control = root.address("control");
        var identity = FleetFiles.of(root.section("identity"));
        var timeout = root.duration("timeout", Duration.ofSeconds(30));
        root.finish();
        try {
            var tls = new FleetTls(identity);
            return new Connection(
                    tls,
                    FleetChannel.to(control, tls, ExpectedPeer.of(Role.CONTROL), MAX_ANSWER),
                    timeout);
        } catch (FleetIdentityException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private Connection(FleetTls tls, ManagedChannel channel, Duration timeout) {
        this.tls = tls;
        this.channel = channel;
        this.timeout = timeout;
    }

    /** A stub for one call. */
    PolicyAdminGrpc.PolicyAdminBlockingStub admin() {
        return PolicyAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call. */
    ExclusionAdminGrpc.ExclusionAdminBlockingStub exclusions() {
        return ExclusionAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call. */
    ListAdminGrpc.ListAdminBlockingStub lists() {
        return ListAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call that may take long. */
    ListAdminGrpc.ListAdminBlockingStub lists(int seconds) {
        return ListAdminGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        tls.close();
    }

    private static final int MAX_ANSWER = 64 << 20;
}

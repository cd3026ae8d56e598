package io.overt.service.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A running gRPC server of the fleet: mutual TLS, every service behind its gate. Thread-safe;
 * whoever starts it closes it.
 */
public final class FleetServer implements AutoCloseable {
    private final Server server;
    private final ExecutorService calls;
    private final InetSocketAddress address;

    /**
     * Binds and serves.
     *
     * @param maxMessageBytes largest request message; a larger one is refused with
     *     RESOURCE_EXHAUSTED
     * @throws StartException when the address cannot be listened on
     */
    public static FleetServer start(
            InetSocketAddress listen,
            FleetTls tls,
            int maxMessageBytes,
            MeterRegistry meters,
            List<GatedService> services)
            throws StartException {
        var calls =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rpc-", 0).factory());
        var guard = new Guard(meters);
        var builder =
                NettyServerBuilder.forAddress(listen)
                        .sslContext(tls.serverContext())
                        .executor(calls)
                        .handshakeTimeout(10, TimeUnit.SECONDS)
                        .maxInboundMessageSize(maxMessageBytes)
                        .maxInboundMetadataSize(8 << 10)
                        .maxConcurrentCallsPerConnection(1000)
                        // A peer whose host vanished is found out within half a minute, not after
                        // TCP's two hours.
                        .keepAliveTime(20, TimeUnit.SECONDS)
                        .keepAliveTimeout(10, TimeUnit.SECONDS)
                        // FleetChannel pings every 20 s, also while it has no call.
                        .permitKeepAliveTime(10, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        for (var service : services) {
            builder.addService(guard.around(service));
        }
        var server = builder.build();
        try {
            server.start();
            return new FleetServer(server, calls, listen);
        } catch (IOException e) {
            calls.shutdown();
            throw StartException.listen(listen, e);
        }
    }

    private FleetServer(Server server, ExecutorService calls, InetSocketAddress listen) {
        this.server = server;
        this.calls = calls;
        this.address = new InetSocketAddress(listen.getAddress(), server.getPort());
    }

    /** Where it listens; the port is the system's choice where 0 was asked for. */
    public InetSocketAddress address() {
        return address;
    }

    /** Every method that is served. */
    public List<MethodDescriptor<?, ?>> methods() {
        return server.getServices().stream()
                .flatMap(service -> service.getMethods().stream())
                .<MethodDescriptor<?, ?>>map(ServerMethodDefinition::getMethodDescriptor)
                .toList();
    }

    /** Takes no new calls, lets those under way finish for five seconds, then ends them. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(5, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
    }
}

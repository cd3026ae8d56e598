package io.overt.edge.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.overt.edge.exclusion.Exclusions;
import io.overt.edge.flow.Event.DrainEnded;
import io.overt.edge.flow.Listener.Provenance;
import io.overt.edge.forge.LeafForge;
import io.overt.edge.login.Authenticator;
import io.overt.edge.login.UserFileException;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.record.ConnectionMeters;
import io.overt.edge.record.RecordSink;
import io.overt.edge.revocation.UpstreamCheck;
import io.overt.service.process.StartException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The running data path: listeners and all their connections. Thread-safe; whoever starts it closes
 * it, which drains.
 */
public final class DataPath implements AutoCloseable {
    private final EventLoopGroup loops;
    private final OwnAddresses own;
    private final Verifier verifier;
    private final Resolver resolver;
    private final Map<String, Authenticator> authenticators;
    private final ParentRoute parent;
    private final ClientLeg clientLeg = new ClientLeg();
    private final UpstreamLeg upstreamLeg = new UpstreamLeg();

    /** For connections that begin now. */
    private volatile Shell shell;

    /** As bound: a configured port may be 0. */
    private final Set<Integer> listeningPorts = ConcurrentHashMap.newKeySet();

    private final Map<String, Channel> listening = new LinkedHashMap<>();

    /**
     * What the data path works with; none of it is closed here.
     *
     * @param upstreams asked on a pool of the data path's
     * @param nanoTime ascends; for time lines and idleness
     */
    public record Collaborators(
            Policies policies,
            LeafForge forge,
            UpstreamCheck upstreams,
            RecordSink records,
            ConnectionMeters meters,
            Exclusions exclusions,
            Names names,
            UpstreamHabits habits,
            Clock clock,
            LongSupplier nanoTime) {}

    /**
     * Binds every listener and serves.
     *
     * @throws StartException when an address cannot be listened on; nothing is left open then
     */
    public static DataPath start(DataPathSettings settings, Collaborators with)
            throws StartException {
        var parent = ParentRoute.start(settings.parentProxy());
        var path = new DataPath(settings, with, authenticators(settings, with), parent);
        try {
            for (var listener : settings.listeners()) {
                path.listen(listener);
            }
            return path;
        } catch (StartException e) {
            path.close();
            throw e;
        }
    }

    private DataPath(
            DataPathSettings settings,
            Collaborators with,
            Map<String, Authenticator> authenticators,
            ParentRoute parent) {
        this.authenticators = authenticators;
        this.parent = parent;
        this.loops = new MultiThreadIoEventLoopGroup(settings.threads(), ReaddingEpoll.factory());
        this.own = new OwnAddresses();
        own.refresh();
        // On a loop, but twice a minute: some microseconds for one that nobody waits for.
        var _ = loops.next().scheduleWithFixedDelay(own::refresh, 30, 30, TimeUnit.SECONDS);
        this.verifier =
                new Verifier(
                        with.upstreams(),
                        Runtime.getRuntime().availableProcessors(),
                        settings.limits().verifications());
        this.resolver = new Resolver(settings.limits().resolutions(), with.names());
        this.shell =
                new Shell(
                        settings,
                        with.policies(),
                        with.forge(),
                        verifier,
                        resolver,
                        authenticators,
                        parent,
                        new Destinations(own, listeningPorts),
                        clientLeg,
                        upstreamLeg,
                        with.habits(),
                        with.records(),
                        with.meters(),
                        with.exclusions(),
                        with.clock(),
                        with.nanoTime());
    }

    private static Map<String, Authenticator> authenticators(
            DataPathSettings settings, Collaborators with) throws StartException {
        var authenticators = new LinkedHashMap<String, Authenticator>();
        for (var listener : settings.listeners()) {
            if (listener.authentication().isEmpty()) {
                continue;
            }
            try {
                authenticators.put(
                        listener.listener().name(),
                        new Authenticator(
                                listener.authentication().get(),
                                USERS_WATCH,
                                with.nanoTime(),
                                new SecureRandom(),
                                with.meters().registry()));
            } catch (UserFileException e) {
                authenticators.values().forEach(Authenticator::close);
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }
        return authenticators;
    }

    private void listen(ListenerSettings listener) throws StartException {
        var name = listener.listener().name();
        var bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(EpollServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        // TPROXY hands connections to a socket only if it is transparent.
                        .option(
                                EpollChannelOption.IP_TRANSPARENT,
                                listener.listener().provenance() == Provenance.DIVERT)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<EpollSocketChannel>() {
                                    @Override
                                    protected void initChannel(EpollSocketChannel client) {
                                        // One look: a reload changes all of it together.
                                        var now = shell;
                                        var settings = now.settings();
                                        settings.keepAlive().on(client);
                                        FlowRunner.begin(now, client, settings.listener(name));
                                    }
                                });
        var bound = bootstrap.bind(listener.bind()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw StartException.listen(listener.bind(), bound.cause());
        }
        listening.put(listener.listener().name(), bound.channel());
        listeningPorts.add(((InetSocketAddress) bound.channel().localAddress()).getPort());
    }

    /** Where each listener listens, by name. */
    public Map<String, InetSocketAddress> addresses() {
        return listening.entrySet().stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Map.Entry::getKey,
                                each -> (InetSocketAddress) each.getValue().localAddress()));
    }

    /**
     * Lets connections that begin from now on have other settings; those that have begun keep
     * theirs.
     *
     * @param next differs only in what {@link DataPathSettings#taking} takes
     * @throws IllegalArgumentException if it differs in more; nothing has changed then
     */
    public void apply(DataPathSettings next) {
        var now = shell;
        if (!now.settings().taking(next).equals(next)) {
            throw new IllegalArgumentException("settings that need a restart");
        }
        shell = now.with(next);
    }

    /** Connections that are open now. */
    public int openConnections() {
        return shell.open().size();
    }

    /**
     * Accepts nothing any more, lets connections end for as long as the drain's deadline allows,
     * ends the rest, and gives everything back. Blocks that long.
     */
    @Override
    public void close() {
        var closing = new ArrayList<>(List.copyOf(listening.values()));
        closing.forEach(channel -> channel.close().awaitUninterruptibly());
        awaitEmpty(shell.settings().deadlines().drain());
        shell.open().forEach(runner -> runner.tell(new DrainEnded()));
        awaitEmpty(LAST_RECORDS);
        verifier.close();
        resolver.close();
        parent.close();
        authenticators.values().forEach(Authenticator::close);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        clientLeg.close();
        upstreamLeg.close();
    }

    private void awaitEmpty(Duration atMost) {
        try {
            shell.awaitEmpty(atMost);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static final Duration USERS_WATCH = Duration.ofSeconds(10);
    private static final int BACKLOG = 4096;

    /** For connections that were told to end to be closed and recorded. */
    private static final Duration LAST_RECORDS = Duration.ofSeconds(1);
}

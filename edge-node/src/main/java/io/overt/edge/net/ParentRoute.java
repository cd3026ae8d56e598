package io.overt.edge.net;

import io.overt.edge.flow.OriginalDestination;
import io.overt.edge.net.DataPathSettings.ParentProxy;
import io.overt.policy.Cidr;
import io.overt.policy.HostName;
import io.overt.policy.HostPattern;
import io.overt.service.process.StartException;
import io.overt.x509.ReferenceIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which upstreams are reached through the parent proxy, and where that is now. Its name and its
 * credentials are read again twice a minute, off the event loops. Thread-safe; whoever starts it
 * closes it.
 */
final class ParentRoute implements AutoCloseable {
    private final Optional<ParentProxy> proxy;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable InetSocketAddress address;
    private volatile Optional<String> authorization = Optional.empty();

    private ParentRoute(Optional<ParentProxy> proxy) {
        this.proxy = proxy;
    }

    /**
     * @throws StartException when the credentials cannot be read; a name without an address is a
     *     warning, for it may have one later
     */
    static ParentRoute start(Optional<ParentProxy> proxy) throws StartException {
        var route = new ParentRoute(proxy);
        if (proxy.isPresent()) {
            try {
                route.readCredentials(proxy.get());
            } catch (IOException e) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
            route.lookUp(proxy.get());
            Thread.ofVirtual().name("parent-proxy").start(() -> route.refresh(proxy.get()));
        }
        return route;
    }

    /** The way to an upstream. */
    sealed interface Way {
        record Direct() implements Way {}

        /**
         * @param proxy empty while its name has no address
         * @param host what the parent is asked for: a name, or an address without brackets
         * @param authorization for it
         */
        record ThroughParent(
                Optional<InetSocketAddress> proxy,
                String host,
                int port,
                Optional<String> authorization)
                implements Way {

            /** Credentials are nobody's to read in a log. */
            @Override
            public String toString() {
                return "ThroughParent[" + proxy + ", " + host + ":" + port + "]";
            }
        }
    }

    /**
     * A name is passed on only where the client has named the host to us, because then we and the
     * parent follow the same word. A diverted client's destination is an address, and its server
     * name is its claim: by that name the parent could lead elsewhere than policy was asked about.
     */
    Way to(OriginalDestination destination) {
        return switch (destination) {
            case OriginalDestination.Asked(var to, var target, _) ->
                    isExcepted(target.host()) || (!to.isUnresolved() && isExcepted(to.getAddress()))
                            ? new Way.Direct()
                            : way(target.host(), target.port());
            case OriginalDestination.Diverted(var to) -> way(to);
            case OriginalDestination.Redirected(var to) -> way(to);
            case OriginalDestination.Announced(var to) -> way(to);
        };
    }

    /**
     * Whether the parent looks a name up in our place: inside a network that needs a parent proxy
     * the names of the outside often have no address.
     */
    boolean looksUp(String host) {
        return proxy.isPresent() && literal(host).isEmpty() && !isExcepted(host);
    }

    private Way way(InetSocketAddress to) {
        return isExcepted(to.getAddress())
                ? new Way.Direct()
                : way(to.getAddress().getHostAddress(), to.getPort());
    }

    private Way way(String host, int port) {
        return proxy.isPresent()
                ? new Way.ThroughParent(Optional.ofNullable(address), host, port, authorization)
                : new Way.Direct();
    }

    private boolean isExcepted(InetAddress to) {
        return proxy.map(each -> Cidr.anyContains(each.exceptNetworks(), to)).orElse(true);
    }

    private boolean isExcepted(String host) {
        var address = literal(host);
        if (address.isPresent()) {
            return isExcepted(address.get());
        }
        return HostName.parse(host)
                .filter(
                        name ->
                                // RFC 6761 §6.3: it means this host, and no other is asked for it.
                                LOCALHOST.matches(name)
                                        || proxy.stream()
                                                .flatMap(each -> each.exceptHosts().stream())
                                                .anyMatch(pattern -> pattern.matches(name)))
                .isPresent();
    }

    private static Optional<InetAddress> literal(String host) {
        return ReferenceIdentity.parse(host)
                .filter(ReferenceIdentity.IpAddress.class::isInstance)
                .map(address -> ((ReferenceIdentity.IpAddress) address).value());
    }

    private void refresh(ParentProxy parent) {
        try {
            while (!closed.await(REFRESH.toMillis(), TimeUnit.MILLISECONDS)) {
                lookUp(parent);
                try {
                    readCredentials(parent);
                } catch (IOException e) {
                    LOG.atError()
                            .setCause(e)
                            .log("the parent proxy's credentials: those from before hold");
                }
            }
        } catch (InterruptedException _) {
            // Nobody interrupts it; if somebody does, it is over.
            Thread.currentThread().interrupt();
        }
    }

    private void lookUp(ParentProxy parent) {
        var to = parent.address();
        try {
            address =
                    to.isUnresolved()
                            ? new InetSocketAddress(
                                    InetAddress.getByName(to.getHostString()), to.getPort())
                            : to;
        } catch (UnknownHostException _) {
            LOG.atWarn()
                    .addKeyValue("name", to.getHostString())
                    .log("the parent proxy's name has no address; the one from before holds");
        }
    }

    private void readCredentials(ParentProxy parent) throws IOException {
        if (parent.credentials().isPresent()) {
            authorization = Optional.of(basic(parent.credentials().get()));
        }
    }

    /** RFC 7617 §2. */
    static String basic(Path file) throws IOException {
        var line = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (line.indexOf(':') <= 0 || line.chars().anyMatch(Character::isISOControl)) {
            throw new IOException(file + ": not one line user:password");
        }
        return "Basic " + Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private static final HostPattern LOCALHOST = HostPattern.parse(".localhost").orElseThrow();
    private static final Duration REFRESH = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(ParentRoute.class);
}

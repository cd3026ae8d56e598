package io.overt.edge.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine. Read at once and again by {@link #refresh}, since asking the
 * kernel for all of them is nothing for an event loop. Thread-safe.
 */
final class OwnAddresses {
    private volatile Set<InetAddress> addresses = Set.of();

    /** Reads them; on failure those from before hold. */
    void refresh() {
        try {
            addresses =
                    NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.atWarn().setCause(e).log("cannot read this machine's addresses");
        }
    }

    /** Whether it is one of ours; any loopback address is. */
    boolean contains(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || addresses.contains(address);
    }

    /** Whether it leads to this machine, or to no further than its own link. */
    boolean isLocal(InetAddress address) {
        return contains(address) || address.isLinkLocalAddress();
    }

    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);
}

package io.overt.edge.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Knows the addresses of names. Called on the resolver's threads, which it may block. */
@FunctionalInterface
public interface Names {

    /**
     * @return at least one, in the order in which they are to be tried
     * @throws UnknownHostException when it has none
     */
    InetAddress[] addresses(String name) throws UnknownHostException;

    /** The system's: hosts file, DNS, and the order of RFC 6724. */
    static Names ofTheSystem() {
        return InetAddress::getAllByName;
    }
}

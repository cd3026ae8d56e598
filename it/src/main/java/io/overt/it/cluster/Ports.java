package io.overt.it.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Ports of the loopback address that nobody listens on now. Between being told and listening on
 * one, somebody else may take it; a program that finds it taken says so. Not thread-safe.
 */
final class Ports {
    private final Set<Integer> given = new HashSet<>();

    int next() throws IOException {
        while (true) {
            try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (given.add(probe.getLocalPort())) {
                    return probe.getLocalPort();
                }
            }
        }
    }
}

package io.overt.testkit.upstream;

import io.overt.testkit.pki.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on loopback that does with each connection what it was told. Thread-safe; closing it
 * closes every connection.
 */
public final class MisbehavingUpstream implements AutoCloseable {
    private final ServerSocket listening;
    private final Manner manner;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What a server does with one connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Manner {
        /**
         * @param until counts down when the server closes; to stall, wait for it
         */
        void serve(Socket connection, CountDownLatch until) throws Exception;
    }

    /** Serves on an IPv4 loopback port of the system's choice. */
    public static MisbehavingUpstream that(Manner manner) {
        return on(InetAddress.getLoopbackAddress(), manner);
    }

    /** Serves on a port of the system's choice. */
    public static MisbehavingUpstream on(InetAddress address, Manner manner) {
        try {
            return new MisbehavingUpstream(new ServerSocket(0, 50, address), manner);
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on " + address, e);
        }
    }

    /** A port on which nobody listens: a connection is refused. */
    public static InetSocketAddress nobody() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on loopback", e);
        }
    }

    /** A well-behaved TLS server. */
    public static MisbehavingUpstream tls(TestIdentity identity, TlsManner.Conversation speaks) {
        return that(TlsManner.with(identity).speaking(speaks));
    }

    private MisbehavingUpstream(ServerSocket listening, Manner manner) {
        this.listening = listening;
        this.manner = manner;
        Thread.ofVirtual().name("upstream").start(this::accept);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var socket = listening.accept();
                accepted.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().name("upstream-connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    failures.add(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            manner.serve(socket, closed);
        } catch (Exception e) { // A test looks at it, or expected it.
            failures.add(e);
        } finally {
            open.remove(socket);
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
    }

    /** Connections accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Connections that are open now. */
    public int open() {
        return open.size();
    }

    /** What conversations ended in, the expected resets included. */
    public Queue<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listening.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            failures.add(e);
        }
    }
}

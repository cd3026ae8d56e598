package io.overt.it.scan;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way through an edge for who does not speak CONNECT: each connection to it becomes one through
 * the edge to one upstream, byte for byte, and with the same end: FIN for FIN, reset for reset.
 * Thread-safe; whoever opens it closes it.
 */
final class Door implements AutoCloseable {
    private final ServerSocket listening;
    private final int edge;
    private final InetSocketAddress upstream;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Door(ServerSocket listening, int edge, InetSocketAddress upstream) {
        this.listening = listening;
        this.edge = edge;
        this.upstream = upstream;
    }

    /** Opens one through the edge whose explicit proxy is at that port of the loopback address. */
    static Door open(int edge, InetSocketAddress upstream) throws IOException {
        var door = new Door(new ServerSocket(0, BACKLOG, LOOPBACK), edge, upstream);
        Thread.ofVirtual().name("door").start(door::accept);
        return door;
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> through(client));
            } catch (IOException _) {
                // Closed, or the client was gone before we were there: either way the next decides.
            }
        }
    }

    private void through(Socket client) {
        try (client;
                var proxy = new Socket(LOOPBACK, edge)) {
            open.add(proxy);
            connect(proxy);
            Thread back = Thread.ofVirtual().start(() -> carry(proxy, client));
            carry(client, proxy);
            back.join();
            open.remove(proxy);
        } catch (IOException _) {
            reset(client); // the edge did not let it through, which is an answer to the scanner
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private void connect(Socket proxy) throws IOException {
        String target = upstream.getAddress().getHostAddress() + ":" + upstream.getPort();
        String ask = "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(target);
        proxy.getOutputStream().write(ask.getBytes(StandardCharsets.ISO_8859_1));
        var head = new StringBuilder();
        InputStream in = proxy.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 200 ")) {
            throw new IOException("CONNECT %s: %s (expected: 200)".formatted(target, head));
        }
    }

    private static void carry(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            // One side has reset the connection; which one does not matter, both are over.
            reset(to);
            reset(from);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException _) {
            // It is closed already.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(Door::reset);
    }

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int BACKLOG = 64;
}

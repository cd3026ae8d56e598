package io.overt.edge.net;

import io.overt.edge.hello.HelloWire;
import io.overt.edge.proxyprotocol.HeaderBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** One connection by somebody who means no good; all of it is decided by the random numbers. */
final class HostileStream {
    private final Bench bench;
    private final InetSocketAddress upstream;
    private final Random random;
    private boolean isHeard;

    /** What is sent. */
    enum Kind {
        RANDOM,
        DAMAGED_HELLO
    }

    /** {@code upstream} is the only place that a connection can lead to. */
    HostileStream(Bench bench, InetSocketAddress upstream, Random random) {
        this.bench = bench;
        this.upstream = upstream;
        this.random = random;
    }

    /**
     * Makes the connection, sends, and leaves in one of three ways; the edge may have left first.
     *
     * @return attempts that failed: with ports used again and again, the kernel refuses some
     */
    int send(Kind kind) {
        var balanced = random.nextInt(4) == 0;
        var to = balanced ? bench.listener("balanced") : bench.proxy();
        for (var failed = 0; ; failed++) {
            try (var socket = new Socket(to.getAddress(), to.getPort())) {
                converse(socket, kind, balanced);
                return failed;
            } catch (IOException e) {
                if (failed == 20) {
                    throw new UncheckedIOException("no connection to the edge", e);
                }
            }
        }
    }

    private void converse(Socket socket, Kind kind, boolean balanced) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        try {
            speak(socket, kind, balanced);
            if (kind == Kind.DAMAGED_HELLO && random.nextInt(4) > 0) {
                // Some are sound enough: let the edge take them as far as it will.
                isHeard = socket.getInputStream().read() >= 0;
            }
            leave(socket);
        } catch (IOException _) {
            // Told off in the middle of a word, which is an answer too.
        }
    }

    private void speak(Socket socket, Kind kind, boolean balanced) throws IOException {
        var out = socket.getOutputStream();
        // A tenth says nothing of where it wants to go; random bytes there can name no place.
        if (kind == Kind.DAMAGED_HELLO || random.nextInt(10) > 0) {
            out.write(balanced ? header() : connect());
            if (!balanced && random.nextBoolean()) {
                var _ = Clients.readHead(socket.getInputStream());
                isHeard = true;
            }
        }
        var bytes =
                switch (kind) {
                    case RANDOM -> noise();
                    case DAMAGED_HELLO ->
                            HelloWire.mutated(
                                    HelloWire.golden(
                                            HelloWire.GOLDEN.get(
                                                    random.nextInt(HelloWire.GOLDEN.size()))),
                                    random);
                };
        for (var at = 0; at < bytes.length; ) {
            var piece = Math.min(bytes.length - at, 1 + random.nextInt(2_000));
            out.write(bytes, at, piece);
            at += piece;
        }
    }

    /** The more of it looks like TLS, the further it comes. */
    private byte[] noise() {
        var noise = new byte[random.nextInt(1 << random.nextInt(1, 13))];
        random.nextBytes(noise);
        var looks = new byte[][] {{}, {22}, {22, 3, 1}, {22, 3, 1, 0, (byte) noise.length, 1}};
        var start = looks[random.nextInt(looks.length)];
        System.arraycopy(start, 0, noise, 0, Math.min(start.length, noise.length));
        return noise;
    }

    private byte[] connect() {
        var authority = upstream.getAddress().getHostAddress() + ":" + upstream.getPort();
        var head = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
        if (random.nextInt(8) > 0) {
            return (head + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }
        var fields = new byte[random.nextInt(200)];
        random.nextBytes(fields);
        return (head + new String(fields, StandardCharsets.ISO_8859_1) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] header() {
        var header =
                HeaderBytes.relayed(
                        InetAddress.ofLiteral("192.0.2.7"),
                        1 + random.nextInt(65_535),
                        upstream.getAddress(),
                        upstream.getPort());
        if (random.nextInt(8) > 0) {
            return header;
        }
        // Behind the addresses, or cut off: never another address.
        return random.nextBoolean()
                ? Arrays.copyOf(header, random.nextInt(header.length))
                : Arrays.copyOf(header, header.length + random.nextInt(40));
    }

    private void leave(Socket socket) throws IOException {
        switch (random.nextInt(8)) {
            // Reset; not before the edge has it, or there was no connection to be recorded.
            case 0 -> socket.setSoLinger(isHeard, 0);
            case 1 -> {} // Closed, whatever the edge has to say.
            default -> {
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            }
        }
    }
}

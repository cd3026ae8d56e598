package io.overt.edge.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A listener whose queue is full: it answers no SYN, as an address behind a black hole. */
final class DeafListener implements Closeable {
    private final ServerSocket deaf;
    private final List<Socket> queued = new ArrayList<>();

    private DeafListener(ServerSocket deaf) {
        this.deaf = deaf;
    }

    /**
     * @param at with port 0, any
     */
    static DeafListener at(InetSocketAddress at) throws IOException {
        var listener = new DeafListener(new ServerSocket(at.getPort(), 1, at.getAddress()));
        try {
            listener.fill();
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(deaf.getInetAddress(), deaf.getLocalPort());
    }

    private void fill() throws IOException {
        for (var i = 0; i < 16; i++) {
            var socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(address(), 300);
            } catch (SocketTimeoutException e) {
                socket.close();
                return; // Full.
            }
        }
        throw new IllegalStateException("the kernel queues more than 16 for a backlog of 1");
    }

    @Override
    public void close() throws IOException {
        for (var socket : queued) {
            socket.close();
        }
        deaf.close();
    }
}

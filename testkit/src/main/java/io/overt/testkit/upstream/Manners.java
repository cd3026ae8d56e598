package io.overt.testkit.upstream;

import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

/** Ways to behave badly. */
public final class Manners {

    private Manners() {}

    /** Says nothing, ever. */
    public static Manner stallsAtOnce() {
        return (_, until) -> until.await();
    }

    /** FIN as soon as it is there. */
    public static Manner closesAtOnce() {
        return (_, _) -> {};
    }

    /** RST as soon as it is there. */
    public static Manner resetsAtOnce() {
        return (socket, _) -> reset(socket);
    }

    /** Reads the hello and says nothing. */
    public static Manner stallsAfterHello() {
        return (socket, until) -> {
            readRecord(socket);
            until.await();
        };
    }

    /** Reads the hello and closes. */
    public static Manner closesAfterHello() {
        return (socket, _) -> readRecord(socket);
    }

    /** Reads the hello and resets. */
    public static Manner resetsAfterHello() {
        return (socket, _) -> {
            readRecord(socket);
            reset(socket);
        };
    }

    /** Answers the hello with what is no TLS. */
    public static Manner answersInAnotherProtocol() {
        return (socket, _) -> {
            readRecord(socket);
            socket.getOutputStream()
                    .write(
                            "HTTP/1.1 400 Bad Request\r\n\r\n"
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        };
    }

    /** Answers the hello with the beginning of a ServerHello record, and says no more. */
    public static Manner stallsInsideServerHello() {
        return (socket, until) -> {
            readRecord(socket);
            socket.getOutputStream().write(new byte[] {22, 3, 3, 0, 122, 2, 0, 0});
            until.await();
        };
    }

    /** Answers the hello with a fatal alert. */
    public static Manner answersWithAlert(int description) {
        return (socket, _) -> {
            readRecord(socket);
            socket.getOutputStream().write(new byte[] {21, 3, 3, 0, 2, 2, (byte) description});
        };
    }

    /** Sends back whatever comes, until the client closes its side; then closes. */
    public static Manner echoes() {
        return (socket, _) -> socket.getInputStream().transferTo(socket.getOutputStream());
    }

    /** Closes with RST. */
    public static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** One TLS record, header included. */
    public static byte[] readRecord(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var header = in.readNBytes(5);
        if (header.length < 5) {
            return header;
        }
        var length = ((header[3] & 0xff) << 8) | (header[4] & 0xff);
        var record = java.util.Arrays.copyOf(header, 5 + length);
        in.readFully(record, 5, length);
        return record;
    }
}

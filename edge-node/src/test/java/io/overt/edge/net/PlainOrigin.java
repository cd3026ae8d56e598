package io.overt.edge.net;

import io.overt.testkit.upstream.MisbehavingUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A plain HTTP origin that keeps what it was asked, and answers with a page that names itself. */
final class PlainOrigin implements AutoCloseable {
    private final MisbehavingUpstream upstream;
    private final String name;
    private final String answerFields;
    private final LinkedBlockingQueue<String> heads = new LinkedBlockingQueue<>();

    PlainOrigin(String name) {
        this(name, "");
    }

    /**
     * @param answerFields of each response, with line ends; {@code Connection: close} is obeyed
     */
    PlainOrigin(String name, String answerFields) {
        this.name = name;
        this.answerFields = answerFields;
        this.upstream = MisbehavingUpstream.that((socket, _) -> serve(socket));
    }

    PlainOrigin(String name, InetAddress address) {
        this.name = name;
        this.answerFields = "";
        this.upstream = MisbehavingUpstream.on(address, (socket, _) -> serve(socket));
    }

    private void serve(Socket socket) throws IOException {
        var closes = answerFields.toLowerCase(Locale.ROOT).contains("connection: close");
        do {
            var in = socket.getInputStream();
            var first = in.read();
            if (first < 0) {
                return;
            }
            var head = (char) first + Clients.readHead(in);
            var length =
                    head.lines()
                            .filter(
                                    line ->
                                            line.toLowerCase(Locale.ROOT)
                                                    .startsWith("content-length:"))
                            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                            .findFirst()
                            .orElse(0);
            var body = new String(readExactly(in, length), StandardCharsets.ISO_8859_1);
            heads.add(head + body);
            var page = "this is " + name + "\n";
            socket.getOutputStream()
                    .write(
                            ("HTTP/1.1 200 OK\r\nContent-Length: "
                                            + page.length()
                                            + "\r\n"
                                            + answerFields
                                            + "\r\n"
                                            + page)
                                    .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } while (!closes);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
    }

    private static byte[] readExactly(InputStream in, int length) throws IOException {
        return in.readNBytes(length);
    }

    InetSocketAddress address() {
        return upstream.address();
    }

    String authority() {
        return "127.0.0.1:" + address().getPort();
    }

    /** The next request as it arrived, its body behind it. */
    String asked() throws InterruptedException {
        var head = heads.poll(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (head == null) {
            throw new IllegalStateException(name + " was asked nothing");
        }
        return head;
    }

    List<String> alsoAsked() {
        var rest = new ArrayList<String>();
        heads.drainTo(rest);
        return rest;
    }

    @Override
    public void close() {
        upstream.close();
    }
}

package io.overt.it.cluster;

import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import io.overt.testkit.upstream.TlsManner.Conversation;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Web sites on the loopback address, open until all are closed. Thread-safe. */
public final class Origins implements AutoCloseable {
    /** What a well-behaved one answers to any request. */
    public static final String ANSWER = "the origin's own words";

    /** Answers one request. */
    public static final Conversation ANSWERS =
            tls -> {
                Visitor.head(tls.getInputStream());
                tls.getOutputStream()
                        .write(
                                ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                                                + ANSWER.length()
                                                + "\r\n\r\n"
                                                + ANSWER)
                                        .getBytes(StandardCharsets.US_ASCII));
                tls.getOutputStream().flush();
            };

    private final Queue<MisbehavingUpstream> open = new ConcurrentLinkedQueue<>();
    private final TestPki pki;

    /** Of this PKI, unless told otherwise. */
    public Origins(TestPki pki) {
        this.pki = pki;
    }

    /**
     * One web site.
     *
     * @param identity what it shows
     * @param server where it is
     */
    public record Site(TestIdentity identity, MisbehavingUpstream server) {
        /** Where it is. */
        public InetSocketAddress address() {
            return server.address();
        }
    }

    /** A sound one. */
    public Site of(String host) {
        return showing(pki.leaf(host));
    }

    /** One that shows this, and is otherwise sound. */
    public Site showing(TestIdentity identity) {
        return that(identity, TlsManner.with(identity).speaking(ANSWERS));
    }

    /** One that behaves like this. */
    public Site that(TestIdentity identity, Manner manner) {
        var server = MisbehavingUpstream.that(manner);
        open.add(server);
        return new Site(identity, server);
    }

    @Override
    public void close() {
        open.forEach(MisbehavingUpstream::close);
    }
}

package io.overt.edge.revocation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.edge.revocation.Fetched.Body;
import io.overt.edge.revocation.Fetched.Failed;
import io.overt.edge.revocation.Fetched.Fault;
import io.overt.policy.Cidr;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.WebServer;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real sockets, against servers at their worst. */
class HttpFetcherTest {
    private static final List<Cidr> LOOPBACK = List.of(Cidr.of("127.0.0.0/8"));
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration IMPATIENT = Duration.ofMillis(300);
    private static final int LARGEST = 4096;

    @Test
    void fetches_a_body() {
        try (var web = WebServer.start().serve("/a.crl", new byte[LARGEST]);
                var fetcher = fetcher(PATIENT, LOOPBACK)) {
            assertThat(fetch(fetcher, web.url("/a.crl")))
                    .isEqualTo(new Body(ByteString.copyFrom(new byte[LARGEST])));
        }
    }

    @Test
    void posts_a_long_question_and_gets_a_short_one() { // RFC 5019 §5
        try (var web =
                        WebServer.start()
                                .serve("/ocsp", posted -> new byte[] {(byte) posted.length, 1});
                var fetcher = fetcher(PATIENT, LOOPBACK)) {
            assertThat(fetcher.fetch(Ask.ocsp(web.url("/ocsp"), new byte[120])).join())
                    .isEqualTo(new Body(ByteString.copyFrom(new byte[] {0, 1})));
            assertThat(fetcher.fetch(Ask.ocsp(web.url("/ocsp"), new byte[200])).join())
                    .isEqualTo(new Body(ByteString.copyFrom(new byte[] {(byte) 200, 1})));
            assertThat(web.asked().getFirst()).startsWith("GET /ocsp/AAAA");
            assertThat(web.asked().getLast()).isEqualTo("POST /ocsp");
        }
    }

    @Test
    void follows_no_redirect() {
        try (var elsewhere = WebServer.start().serve("/a.crl", new byte[1]);
                var web = WebServer.start().redirect("/a.crl", elsewhere.url("/a.crl"));
                var fetcher = fetcher(PATIENT, LOOPBACK)) {
            assertThat(fault(fetch(fetcher, web.url("/a.crl")))).isEqualTo(Fault.STATUS);
            assertThat(elsewhere.asked()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void ends(String behaviour, Fault fault, Duration deadline, Manner manner) throws Exception {
        try (var server = MisbehavingUpstream.that(manner);
                var fetcher = fetcher(deadline, LOOPBACK)) {
            var fetched =
                    fetcher.fetch(Ask.crl("http://127.0.0.1:" + server.address().getPort() + "/"))
                            .get(60, TimeUnit.SECONDS);

            assertThat(fault(fetched)).isEqualTo(fault);
        }
    }

    static Stream<Arguments> ends() {
        return Stream.of(
                Arguments.of("says nothing", Fault.TOO_SLOW, IMPATIENT, Manners.stallsAtOnce()),
                Arguments.of(
                        "says a byte at a time, for ever",
                        Fault.TOO_SLOW,
                        IMPATIENT,
                        (Manner)
                                (socket, until) -> {
                                    head(socket, "");
                                    while (!until.await(20, TimeUnit.MILLISECONDS)) {
                                        socket.getOutputStream().write('x');
                                    }
                                }),
                Arguments.of("closes at once", Fault.UNREACHABLE, PATIENT, Manners.closesAtOnce()),
                Arguments.of("resets at once", Fault.UNREACHABLE, PATIENT, Manners.resetsAtOnce()),
                Arguments.of(
                        "closes in the middle",
                        Fault.UNREACHABLE,
                        PATIENT,
                        (Manner) (socket, _) -> head(socket, "Content-Length: 100\r\n")),
                Arguments.of(
                        "says that it is too large",
                        Fault.TOO_LARGE,
                        PATIENT,
                        (Manner)
                                (socket, until) -> {
                                    head(socket, "Content-Length: 4097\r\n");
                                    until.await();
                                }),
                Arguments.of(
                        "is too large and does not say so",
                        Fault.TOO_LARGE,
                        PATIENT,
                        (Manner)
                                (socket, _) -> {
                                    head(socket, "");
                                    for (var i = 0; i < 100_000; i++) {
                                        socket.getOutputStream().write(new byte[1024]);
                                    }
                                }),
                Arguments.of(
                        "speaks something else",
                        Fault.NOT_HTTP,
                        PATIENT,
                        (Manner)
                                (socket, until) -> {
                                    socket.getOutputStream()
                                            .write("220 mail.example\r\n\r\n".getBytes(US_ASCII));
                                    until.await();
                                }),
                Arguments.of(
                        "never ends its head",
                        Fault.NOT_HTTP,
                        PATIENT,
                        (Manner)
                                (socket, _) -> {
                                    socket.getOutputStream()
                                            .write("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
                                    for (var i = 0; i < 100_000; i++) {
                                        socket.getOutputStream()
                                                .write("X-Header: value\r\n".getBytes(US_ASCII));
                                    }
                                }));
    }

    @Test
    void a_refused_connection_is_an_answer() {
        try (var fetcher = fetcher(PATIENT, LOOPBACK)) {
            assertThat(
                            fault(
                                    fetch(
                                            fetcher,
                                            "http://127.0.0.1:"
                                                    + MisbehavingUpstream.nobody().getPort())))
                    .isEqualTo(Fault.UNREACHABLE);
        }
    }

    /** By name and by each way to write the address; nobody is even dialled. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"})
    void never_dials_a_private_address_unless_told_to(String host) throws Exception {
        try (var server = MisbehavingUpstream.that(Manners.closesAtOnce());
                var fetcher = fetcher(PATIENT, List.of())) {
            var fetched =
                    fetch(fetcher, "http://" + host + ":" + server.address().getPort() + "/a.crl");

            assertThat(fault(fetched)).isEqualTo(Fault.FORBIDDEN_ADDRESS);
            assertThat(server.accepted()).isZero();
        }
    }

    @Test
    void one_more_than_may_be_is_refused() {
        try (var server = MisbehavingUpstream.that(Manners.stallsAtOnce());
                var fetcher = fetcher(PATIENT, LOOPBACK)) {
            var url = "http://127.0.0.1:" + server.address().getPort() + "/";
            for (var i = 0; i < 4; i++) {
                assertThat(fetcher.fetch(Ask.crl(url + i))).isNotDone();
            }

            assertThat(fault(fetch(fetcher, url + 5))).isEqualTo(Fault.BUSY);
        }
    }

    private static void head(Socket socket, String headers) throws Exception {
        socket.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\n" + headers + "\r\n").getBytes(US_ASCII));
    }

    private static Fetched fetch(HttpFetcher fetcher, String url) {
        return fetcher.fetch(Ask.crl(url)).join();
    }

    private static Fault fault(Fetched fetched) {
        return Optional.of(fetched)
                .filter(Failed.class::isInstance)
                .map(Failed.class::cast)
                .orElseThrow(() -> new AssertionError("fetched: " + fetched))
                .fault();
    }

    private static HttpFetcher fetcher(Duration deadline, List<Cidr> allowed) {
        return new HttpFetcher(
                new StatusConfig.Fetches(
                        deadline,
                        4,
                        LARGEST,
                        1 << 20,
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        allowed));
    }
}

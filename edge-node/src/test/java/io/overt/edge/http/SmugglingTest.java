package io.overt.edge.http;

import static io.overt.edge.http.Http1Fault.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages that two readers could read differently, known from request smuggling and filter
 * evasion. Each row names the clause; {@code |} stands for CRLF.
 */
final class SmugglingTest {

    private static final String HOST = "|Host: www.example.com";

    static Stream<Arguments> refusedRequests() {
        return Stream.of(
                // Where a message ends
                row(
                        "RFC 9112 §6.1 CL and TE",
                        "POST / HTTP/1.1"
                                + HOST
                                + "|Content-Length: 5|Transfer-Encoding: chunked||0||",
                        LENGTH_AND_ENCODING),
                row(
                        "RFC 9112 §6.1 TE and CL",
                        "POST / HTTP/1.1"
                                + HOST
                                + "|Transfer-Encoding: chunked|Content-Length: 5||0||",
                        LENGTH_AND_ENCODING),
                row(
                        "RFC 9112 §6.3 two lengths",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 5|Content-Length: 6||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9112 §6.3 the same length twice",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 5|content-length: 5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 a list of lengths",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 5, 5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 +5",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: +5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 -5",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: -5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 0x5",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 0x5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 5 5",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 5 5||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 empty",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: ||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 above 2^63",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: 18446744073709551621||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 other digits",
                        "POST / HTTP/1.1" + HOST + "|Content-Length: \u00b2||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9112 §6.1 chunked is not last",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: chunked, gzip||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 no chunked",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: gzip||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 chunked twice",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: chunked, chunked||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 two lines",
                        "POST / HTTP/1.1"
                                + HOST
                                + "|Transfer-Encoding: gzip|Transfer-Encoding: chunked||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 xchunked",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: xchunked||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 identity",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: identity||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 a parameter",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: chunked;q=1||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 quoted",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: \"chunked\"||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 an empty element",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: ,chunked||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 empty",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding:||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 vertical tab",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: \u000bchunked||",
                        BAD_FIELD_VALUE),
                row(
                        "RFC 9112 §6.1 no-break space",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding: \u00a0chunked||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 in HTTP/1.0",
                        "POST / HTTP/1.0" + HOST + "|Transfer-Encoding: chunked||",
                        ENCODING_IN_HTTP_1_0),
                row(
                        "imitated framing field",
                        "POST / HTTP/1.1" + HOST + "|Content_Length: 5||",
                        BAD_FIELD_NAME),
                row(
                        "imitated framing field",
                        "POST / HTTP/1.1" + HOST + "|Transfer_Encoding: chunked||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9110 §7.6.1 Connection takes the length away",
                        "POST / HTTP/1.1"
                                + HOST
                                + "|Content-Length: 5|Connection: close, Content-Length||",
                        BAD_CONNECTION_OPTION),
                row(
                        "RFC 9110 §7.6.1 Connection takes the host away",
                        "GET / HTTP/1.1" + HOST + "|Connection: host||",
                        BAD_CONNECTION_OPTION),
                // Lines
                row(
                        "RFC 9112 §2.2 bare LF",
                        "GET / HTTP/1.1\nHost: www.example.com\n\n",
                        BAD_LINE_END),
                row(
                        "RFC 9112 §2.2 bare LF at the end",
                        "GET / HTTP/1.1" + HOST + "|\n",
                        BAD_LINE_END),
                row(
                        "RFC 9112 §2.2 bare CR",
                        "GET / HTTP/1.1" + HOST + "|X: a\rContent-Length: 5||",
                        BAD_LINE_END),
                row("RFC 9112 §2.2 CR CR LF", "GET / HTTP/1.1" + HOST + "\r||", BAD_LINE_END),
                row(
                        "RFC 9112 §2.2 two empty lines in front",
                        "||GET / HTTP/1.1" + HOST + "||",
                        BAD_LINE_END),
                row(
                        "RFC 9112 §2.2 a blank behind the request line",
                        "GET / HTTP/1.1| X: y" + HOST + "||",
                        FOLDED_LINE),
                row("RFC 9112 §5.2 obs-fold", "GET / HTTP/1.1" + HOST + "|X: a| b||", FOLDED_LINE),
                row(
                        "RFC 9112 §5.2 obs-fold with a tab",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding:|\tchunked||",
                        FOLDED_LINE),
                row(
                        "RFC 9112 §5.1 blank before the colon",
                        "POST / HTTP/1.1" + HOST + "|Transfer-Encoding : chunked||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9112 §5.1 tab before the colon",
                        "POST / HTTP/1.1" + HOST + "|Content-Length\t: 5||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9110 §5.1 blank within a name",
                        "GET / HTTP/1.1" + HOST + "|X Y: a||",
                        BAD_FIELD_NAME),
                row("RFC 9110 §5.1 empty name", "GET / HTTP/1.1" + HOST + "|: a||", BAD_FIELD_NAME),
                row(
                        "RFC 9110 §5.1 no colon",
                        "GET / HTTP/1.1" + HOST + "|Content-Length||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9110 §5.1 not ASCII",
                        "GET / HTTP/1.1" + HOST + "|Ho\u00dft: a||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9110 §5.1 NUL in a name",
                        "GET / HTTP/1.1" + HOST + "|X\0: a||",
                        BAD_FIELD_NAME),
                row(
                        "RFC 9110 §5.5 NUL in a value",
                        "GET / HTTP/1.1" + HOST + "|X: a\0b||",
                        BAD_FIELD_VALUE),
                row(
                        "RFC 9110 §5.5 DEL in a value",
                        "GET / HTTP/1.1" + HOST + "|X: \u007f||",
                        BAD_FIELD_VALUE),
                // Request line
                row("RFC 9112 §3 two blanks", "GET  / HTTP/1.1" + HOST + "||", BAD_REQUEST_LINE),
                row("RFC 9112 §3 a tab", "GET\t/\tHTTP/1.1" + HOST + "||", BAD_REQUEST_LINE),
                row(
                        "RFC 9112 §3 a blank in the target",
                        "GET /a b HTTP/1.1" + HOST + "||",
                        BAD_REQUEST_LINE),
                row(
                        "RFC 9112 §3 a blank behind",
                        "GET / HTTP/1.1 " + HOST + "||",
                        BAD_REQUEST_LINE),
                row("RFC 9112 §3 no version (HTTP/0.9)", "GET /" + HOST + "||", BAD_REQUEST_LINE),
                row("RFC 9112 §2.3 lower case", "GET / http/1.1" + HOST + "||", BAD_REQUEST_LINE),
                row("RFC 9112 §2.3 two digits", "GET / HTTP/1.10" + HOST + "||", BAD_REQUEST_LINE),
                row("RFC 9112 §2.3 HTTP/1.2", "GET / HTTP/1.2" + HOST + "||", UNSUPPORTED_VERSION),
                row("RFC 9113 §3.4 HTTP/2's preface", "PRI * HTTP/2.0||SM||", UNSUPPORTED_VERSION),
                row("RFC 9110 §9.1 method", "G@T / HTTP/1.1" + HOST + "||", BAD_REQUEST_LINE),
                row(
                        "RFC 9112 §3.2 control character",
                        "GET /\u0001 HTTP/1.1" + HOST + "||",
                        BAD_TARGET),
                row("RFC 9112 §3.2 NUL", "GET /\0 HTTP/1.1" + HOST + "||", BAD_TARGET),
                row("RFC 9112 §3.2 not ASCII", "GET /\u00e9 HTTP/1.1" + HOST + "||", BAD_TARGET),
                row("RFC 9112 §3.2.1 fragment", "GET /a#b HTTP/1.1" + HOST + "||", BAD_TARGET),
                row("RFC 9112 §3.2.1 no slash", "GET a HTTP/1.1" + HOST + "||", BAD_TARGET),
                row(
                        "RFC 9112 §3.2.2 another scheme",
                        "GET http://www.example.com/ HTTP/1.1" + HOST + "||",
                        BAD_TARGET),
                row("RFC 9112 §3.2.4 * for GET", "GET * HTTP/1.1" + HOST + "||", BAD_TARGET),
                row(
                        "RFC 9110 §9.3.6 CONNECT",
                        "CONNECT www.example.com:443 HTTP/1.1" + HOST + "||",
                        CONNECT_INSIDE),
                // For whom
                row("RFC 9112 §3.2 no Host", "GET / HTTP/1.1||", HOST_MISSING),
                row("RFC 9112 §3.2 no Host in HTTP/1.0", "GET / HTTP/1.0||", HOST_MISSING),
                row(
                        "RFC 9112 §3.2 two Hosts",
                        "GET / HTTP/1.1" + HOST + HOST + "||",
                        HOST_REPEATED),
                row(
                        "RFC 9112 §3.2 two Hosts",
                        "GET / HTTP/1.1" + HOST + "|host: evil.example||",
                        HOST_REPEATED),
                row(
                        "imitated Host",
                        "GET / HTTP/1.1" + HOST + "|X: y|host_: a|Host: b||",
                        HOST_REPEATED),
                row("RFC 9110 §7.2 empty Host", "GET / HTTP/1.1|Host:||", HOST_INVALID),
                row(
                        "RFC 9110 §7.2 a list",
                        "GET / HTTP/1.1|Host: www.example.com, evil.example||",
                        HOST_INVALID),
                row(
                        "RFC 9110 §7.2 user information",
                        "GET / HTTP/1.1|Host: www.example.com@evil.example||",
                        HOST_INVALID),
                row(
                        "RFC 9110 §7.2 percent",
                        "GET / HTTP/1.1|Host: www%2eexample.com||",
                        HOST_INVALID),
                row("RFC 9110 §7.2 path", "GET / HTTP/1.1|Host: www.example.com/a||", HOST_INVALID),
                row(
                        "RFC 9110 §7.2 port",
                        "GET / HTTP/1.1|Host: www.example.com:443x||",
                        HOST_INVALID),
                row(
                        "RFC 9110 §7.2 port",
                        "GET / HTTP/1.1|Host: www.example.com:65536||",
                        HOST_INVALID),
                row("RFC 9110 §7.2 port", "GET / HTTP/1.1|Host: www.example.com:||", HOST_INVALID),
                row("RFC 9110 §7.2 zone", "GET / HTTP/1.1|Host: [fe80::1%25eth0]||", HOST_INVALID),
                row(
                        "RFC 9112 §3.2.2 absolute-form for another host",
                        "GET https://evil.example/ HTTP/1.1" + HOST + "||",
                        TARGET_AND_HOST_DIFFER),
                row(
                        "RFC 9112 §3.2.2 absolute-form for another port",
                        "GET https://www.example.com:444/ HTTP/1.1" + HOST + "||",
                        TARGET_AND_HOST_DIFFER),
                row(
                        "RFC 9112 §3.2.2 absolute-form with user information",
                        "GET https://a@www.example.com/ HTTP/1.1" + HOST + "||",
                        TARGET_AND_HOST_DIFFER),
                row(
                        "RFC 9110 §7.4 a host that the certificate does not cover",
                        "GET / HTTP/1.1|Host: evil.example||",
                        HOST_NOT_COVERED),
                row(
                        "RFC 9110 §7.4 a port that is not the connection's",
                        "GET / HTTP/1.1|Host: www.example.com:8443||",
                        PORT_NOT_OURS));
    }

    @ParameterizedTest
    @MethodSource("refusedRequests")
    void nothing_of_an_ambiguous_request_is_forwarded(String bytes, Http1Fault fault) {
        new Talk()
                .client(bytes)
                .does(
                        "refused CLIENT " + fault,
                        "client< page " + fault.status() + ", closed",
                        "close upstream",
                        "finish client")
                .client("GET /a HTTP/1.1" + HOST + "||")
                .does();
    }

    static Stream<Arguments> badChunks() {
        return Stream.of(
                row("no size", "|", BAD_CHUNK),
                row("not hexadecimal", "g|", BAD_CHUNK),
                row("0x5", "0x5|", BAD_CHUNK),
                row("+5", "+5|", BAD_CHUNK),
                row("-1", "-1|", BAD_CHUNK),
                row("blank in front", " 5|hello|", BAD_CHUNK),
                row("blank behind", "5 |hello|", BAD_CHUNK),
                row("16 digits", "8000000000000000|", BAD_CHUNK),
                row("overflow to 5", "10000000000000005|hello|", BAD_CHUNK),
                row("leading zeros without end", "0000000000000005|hello|", BAD_CHUNK),
                row("size ended by LF", "5\nhello|", BAD_CHUNK),
                row("size ended by CR", "5\rhello|", BAD_CHUNK),
                row("LF in an extension", "5;a\nhello|", BAD_CHUNK),
                row("CR in an extension", "5;a\rb|hello|", BAD_CHUNK),
                row("NUL in an extension", "5;\0|hello|", BAD_CHUNK),
                row("data longer than its size", "5|hello!|", BAD_CHUNK),
                row("data ended by LF", "5|hello\n0||", BAD_CHUNK),
                row("data ended by CR", "5|hello\rx", BAD_CHUNK),
                row("two CR behind data", "5|hello\r|", BAD_CHUNK),
                row("an endless extension", "5;" + "a".repeat(5000), BAD_CHUNK),
                row("trailer ended by LF", "0|X: y\n|", BAD_CHUNK),
                row("bare LF for the last line", "0|\n", BAD_CHUNK),
                row("folded trailer", "0|X: y| z||", FOLDED_LINE),
                row("trailer without a colon", "0|GET / HTTP/1.1||", BAD_FIELD_NAME),
                row("trailer with a length", "0|Content-Length: 5||", BAD_TRAILER),
                row("trailer with a coding", "0|transfer-encoding: chunked||", BAD_TRAILER),
                row("trailer with a host", "0|Host: evil.example||", BAD_TRAILER),
                row("endless trailers", "0|" + "X: y|".repeat(4000), BAD_TRAILER));
    }

    /**
     * RFC 9112 §7.1. The head has passed by then; the body goes no further than it keeps the rules.
     */
    @ParameterizedTest
    @MethodSource("badChunks")
    void an_ambiguous_chunk_ends_the_request_before_it(String body, Http1Fault fault) {
        var talk = new Talk();
        talk.client("POST /a HTTP/1.1" + HOST + "|Transfer-Encoding: chunked||");
        talk.client(body);

        assertThat(talk.done())
                .endsWith(
                        "refused CLIENT " + fault,
                        "client< page 400, closed",
                        "close upstream",
                        "finish client");
        assertThat(talk.done().stream().filter(line -> line.startsWith("upstream< ")))
                .allMatch(line -> body.startsWith(line.substring("upstream< ".length())));
        assertThat(String.join("", talk.done())).doesNotContain("||");
    }

    private static Arguments row(String name, String bytes, Http1Fault fault) {
        return argumentSet(name, bytes, fault);
    }
}

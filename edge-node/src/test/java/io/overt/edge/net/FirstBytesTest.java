package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.net.FirstBytes.Verdict;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstBytesTest {

    @ParameterizedTest
    @CsvSource({
        "'', NEED_MORE",
        "'G', NEED_MORE",
        "'GET', NEED_MORE",
        "'GET /', HTTP1",
        "'GET / HTTP/1.1\r\n', HTTP1",
        "'\r\n\r\nGET / HTTP/1.1\r\n', HTTP1",
        "' get\t/ http/1.1\r\n', HTTP1",
        "'PROPFIND /dav ', NEED_MORE",
        "'PROPFIND /dav HTTP/1.1\r\n', HTTP1",
        "'PROPFIND /dav\r\n', SOMETHING_ELSE",
        "'GET /page\r\n', HTTP1",
        "'PRI * HTTP/2.0\r\n', SOMETHING_ELSE",
        "'PRI * H', NEED_MORE",
        "'EHLO client.example.test\r\n', SOMETHING_ELSE",
        "'a1 LOGIN user\r\n', SOMETHING_ELSE",
        "'\u0010\u0002binary', SOMETHING_ELSE",
    })
    void what_only_resembles_http_goes_to_the_filter(String first, Verdict expected) {
        assertThat(FirstBytes.of(first.getBytes(StandardCharsets.ISO_8859_1), false))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"'', SOMETHING_ELSE", "'GE', SOMETHING_ELSE", "'GET /', HTTP1"})
    void an_end_leaves_nothing_to_wait_for(String first, Verdict expected) {
        assertThat(FirstBytes.of(first.getBytes(StandardCharsets.ISO_8859_1), true))
                .isEqualTo(expected);
    }
}

package io.overt.edge.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://crl.example/a.crl,          crl.example,  80,   /a.crl,   crl.example",
        "HTTP://CRL.Example,                crl.example,  80,   /,        crl.example",
        "http://crl.example:8080/a?b=c,     crl.example,  8080, /a?b=c,   crl.example:8080",
        "http://192.0.2.1/x%20y,            192.0.2.1,    80,   /x%20y,   192.0.2.1",
        "'http://[2001:db8::1]:81/',        2001:db8::1,  81,   /,        '[2001:db8::1]:81'",
        "http://crl.example/a#fragment,     crl.example,  80,   /a,       crl.example",
    })
    void reads(String text, String host, int port, String target, String authority) {
        assertThat(HttpUrl.parse(text)).isEqualTo(Optional.of(new HttpUrl(host, port, target)));
        assertThat(HttpUrl.parse(text).orElseThrow().authority()).isEqualTo(authority);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://crl.example/a.crl",
                "ldap://crl.example/cn=a",
                "file:///etc/passwd",
                "http:///a.crl",
                "http:a.crl",
                "http://user@crl.example/",
                "http://crl.example:0/",
                "http://crl.example:65536/",
                "http://crl.example/a b",
                "http://crl.example/a\r\nHost: other",
                "http://crl.example/\u00e4",
                "",
            })
    void fetches_nothing_else(String text) {
        assertThat(HttpUrl.parse(text)).isEmpty();
    }
}

package io.overt.edge.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What real clients sent; the README beside the fixtures says which and how. */
final class GoldenHellosTest {

    static final List<String> GOLDEN = HelloWire.GOLDEN;

    // checklist 43
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            openssl-3.0               | www.example.com | -           | 0304 0303 0302 0301 | ABSENT  | t13d311000_e8f1e7e78f70_1f22a2ca17c4
            openssl-3.0-no-sni        | -               | -           | 0304 0303 0302 0301 | ABSENT  | t13i310900_e8f1e7e78f70_1f22a2ca17c4
            openssl-3.0-tls12         | www.example.com | h2 http/1.1 | 0303                | ABSENT  | t12d2808h2_d943125447b4_e7e480e5a997
            curl-7.88                 | www.example.com | h2 http/1.1 | 0304 0303 0302 0301 | ABSENT  | t13d3112h2_e8f1e7e78f70_b26ce05bbdd6
            curl-7.88-tls12           | www.example.com | http/1.1    | 0303                | ABSENT  | t12d2807h1_d943125447b4_a44c6288192a
            node-20                   | www.example.com | http/1.1    | 0304 0303           | ABSENT  | t13d5911h1_a33745022dd6_1f22a2ca17c4
            gnutls-3.7                | www.example.com | -           | 0304 0303 0302 0301 | ABSENT  | t13d291300_723694b0fccc_2cc26d266019
            jdk-25                    | www.example.com | h2 http/1.1 | 0304 0303           | ABSENT  | t13d3113h2_1d947a95fc68_7e1102d2036b
            boringssl-tcnative-2.0.84 | www.example.com | h2 http/1.1 | 0304 0303           | ABSENT  | t13d1211h2_0ed44715e6cd_78e6aca7449b
            chromium-156              | www.example.com | h2 http/1.1 | 6a6a 0304 0303      | PRESENT | t13d1517h2_8daaf6152771_cb7bf5808d99
            """)
    void a_real_client_is_read_as_what_it_is(
            String name,
            @Nullable String serverName,
            @Nullable String alpn,
            String versions,
            EncryptedClientHello ech,
            String ja4) {
        var hello = hello(name);

        assertThat(hello.serverName()).isEqualTo(Optional.ofNullable(serverName));
        assertThat(String.join(" ", hello.alpn())).isEqualTo(alpn == null ? "" : alpn);
        assertThat(hello.versions().stream().map("%04x"::formatted))
                .containsExactly(versions.split(" "));
        assertThat(hello.encryptedClientHello()).isEqualTo(ech);
        assertThat(hello.ja4()).isEqualTo(ja4);
        assertThat(hello.recordVersion()).isEqualTo(name.equals("jdk-25") ? 0x0303 : 0x0301);
        assertThat(hello.legacyVersion()).isEqualTo(0x0303);
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void the_message_is_kept_byte_for_byte(String name) {
        assertThat(hello(name).message())
                .isEqualTo(ByteBuffer.wrap(HelloWire.message(HelloWire.golden(name))));
        assertThat(hello(name).message().isReadOnly()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"boringssl-tcnative-2.0.84, 1484", "chromium-156, 2019"})
    void a_post_quantum_hello_is_larger_than_a_segment_and_offers_its_share(String name, int size) {
        var hello = hello(name);

        assertThat(HelloWire.golden(name)).hasSize(size);
        assertThat(hello.groups()).contains(0x11ec /* X25519MLKEM768 */, 0x001d /* x25519 */);
        assertThat(hello.keyShares()).contains(0x11ec, 0x001d);
    }

    private static ClientHello hello(String name) {
        var peek = HelloWire.parse(HelloWire.golden(name));
        assertThat(peek).isInstanceOf(HelloPeek.Hello.class);
        return ((HelloPeek.Hello) peek).hello();
    }
}

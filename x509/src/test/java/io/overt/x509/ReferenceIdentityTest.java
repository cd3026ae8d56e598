package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.ReferenceIdentity.IpAddress;
import java.net.Inet6Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceIdentityTest {
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "www.example.com,               www.example.com",
        "WWW.Example.COM,               www.example.com",
        "www.example.com.,              www.example.com",
        "localhost,                     localhost",
        "xn--bcher-kva.example,         xn--bcher-kva.example",
        "a_b.example,                   a_b.example",
        "1.2.3.example,                 1.2.3.example",
        "192.0.2.1,                     192.0.2.1",
        "0.0.0.0,                       0.0.0.0",
        "255.255.255.255,               255.255.255.255",
        "2001:DB8:0:0:0:0:0:1,          2001:db8::1",
        "[2001:db8::1],                 2001:db8::1",
        "::,                            ::",
        "::1,                           ::1",
        "1::,                           1::",
        "1:0:0:2:0:0:0:3,               1:0:0:2::3",
        "1:0:0:2:3:0:0:4,               1::2:3:0:0:4",
        "1:0:2:3:4:5:6:7,               1:0:2:3:4:5:6:7",
        "::ffff:192.0.2.1,              192.0.2.1",
        "64:ff9b::192.0.2.33,           64:ff9b::c000:221",
    })
    void reads_names_and_addresses_and_its_text_reads_back(String text, String normal) {
        ReferenceIdentity identity = ReferenceIdentity.parse(text).orElseThrow();

        assertThat(identity.text()).isEqualTo(normal);
        assertThat(ReferenceIdentity.parse(normal)).contains(identity);
    }

    // checklist 6
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                ".example.com",
                "example.com..",
                "-a.example",
                "a-.example",
                "*.example.com",
                "bücher.example",
                "a b.example",
                "a.example\u0000",
                "a.example\n",
                "host:443",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.4.",
                "0x7f.1",
                "example.123",
                "example.0x1f",
                "2001:db8::1%eth0",
                "fe80::1%1",
                "[2001:db8::1",
                "[::1]:443",
                ":::",
                "1:2:3",
                "%31",
                "label-of-sixty-four-characters-label-of-sixty-four-characters-xxx.example"
            })
    void refuses_what_readers_read_differently(String text) {
        assertThat(ReferenceIdentity.parse(text)).isEmpty();
    }

    @Test
    void a_name_has_at_most_253_characters() {
        String longest = "a.".repeat(126) + "a";

        assertThat(ReferenceIdentity.parse(longest)).contains(new DnsName(longest));
        assertThat(ReferenceIdentity.parse(longest + "b.a")).isEmpty();
    }

    /**
     * A name is whatever a client sends, so reading one must not take time that grows faster than
     * it.
     */
    @Test
    void a_hostile_name_is_refused_without_recursion() {
        assertThat(ReferenceIdentity.parse("a-".repeat(500_000))).isEmpty();
        assertThat(ReferenceIdentity.parse("a.".repeat(500_000))).isEmpty();
    }

    @Test
    void constructors_refuse_what_parse_refuses() {
        assertThatThrownBy(() -> new DnsName("*.example.com"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("*.example.com");
        assertThat(new DnsName("Example.COM.").value()).isEqualTo("example.com");
    }

    @Test
    void a_scope_is_no_part_of_an_identity() throws Exception {
        byte[] address = new byte[16];
        address[0] = (byte) 0xfe;
        address[1] = (byte) 0x80;
        address[15] = 1;

        assertThat(new IpAddress(Inet6Address.getByAddress(null, address, 7)).text())
                .isEqualTo("fe80::1");
    }
}

package io.overt.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.overt.policy.RuleName;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PagesTest {

    private final Pages pages = new Pages(Http1Fixture.NOTICE, Http1Fixture.CLOCK);

    @Test
    void the_page_is_the_golden_one() throws Exception {
        try (var golden = PagesTest.class.getResourceAsStream("blocked.http")) {
            assertThat(golden).isNotNull();
            assertThat(
                            blocked(
                                    "Caf\u00e9 & <script>alert('x')</script>",
                                    "https://www.example.com/blocked?a=\"><b>"))
                    .isEqualTo(
                            new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                                    .transform(PagesTest::withCrlfInTheHead));
        }
    }

    @Test
    void the_length_is_that_of_the_bytes() {
        var answer = blocked("\u00e9\u20ac", "https://www.example.com/");
        var parts = answer.split("\r\n\r\n", 2);

        assertThat(parts[0])
                .contains(
                        "\r\nContent-Length: "
                                + parts[1].getBytes(StandardCharsets.UTF_8).length
                                + "\r\n");
    }

    /**
     * A style that the policy's hash does not allow would be left out by every browser, and nobody
     * would notice here.
     */
    @Test
    void the_content_security_policy_allows_the_pages_own_style_and_nothing_else()
            throws Exception {
        var answer = blocked("x", "https://www.example.com/");
        var style = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL).matcher(answer);
        assertThat(style.find()).isTrue();
        var hash =
                Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(style.group(1).getBytes(StandardCharsets.UTF_8)));

        assertThat(answer)
                .contains(
                        "Content-Security-Policy: default-src 'none'; style-src 'sha256-"
                                + hash
                                + "'; base-uri 'none';");
    }

    @ParameterizedTest
    @EnumSource(Http1Fault.class)
    void every_fault_has_a_page_with_its_name_and_clause(Http1Fault fault) {
        var answer = text(pages.refused(new Flaw(fault, "<detail>")));

        assertThat(answer)
                .startsWith("HTTP/1.1 " + fault.status() + " ")
                .doesNotContain("null")
                .contains(
                        "\r\nConnection: close\r\n",
                        "details=\"" + fault + "\"",
                        "(" + fault.clause() + ")",
                        "&lt;detail&gt;");
    }

    @Test
    void a_notice_that_is_no_web_page_is_refused() {
        assertThatThrownBy(
                        () ->
                                new PageNotice(
                                        "x",
                                        Optional.of(URI.create("javascript:alert(1)")),
                                        Optional.empty()))
                .hasMessage("notice URL: javascript:alert(1) (expected: http or https)");
    }

    private String blocked(String label, String url) {
        return text(
                pages.blocked(
                        new RuleName("no-chat"),
                        Optional.of(label),
                        url,
                        Pages.Content.SENT,
                        Pages.Connection.KEPT));
    }

    private static String text(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.UTF_8);
        bytes.release();
        return text;
    }

    private static String withCrlfInTheHead(String file) {
        var end = file.indexOf("\n\n");
        return file.substring(0, end).replace("\n", "\r\n") + "\r\n\r\n" + file.substring(end + 2);
    }
}

package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The second list of docs/spec/divergences.md, with a chain of the kind for each row. */
class ToleranceTest {
    private static final Path DIVERGENCES = Path.of("../docs/spec/divergences.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `([a-z0-9:.-]+)` \\| (accepted|refused) \\|", Pattern.MULTILINE);

    private record Row(Chains chain, String name, String verdict) {}

    private static final Map<String, Row> ROWS = new TreeMap<>(rows());

    static Set<String> cases() {
        return ROWS.keySet();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_chain_of_the_kind_is_judged_as_the_page_says(String id) {
        Row row = Objects.requireNonNull(ROWS.get(id));

        Verdict verdict = row.chain().verdict(row.name());

        assertThat(verdict instanceof Verdict.Verified ? "accepted" : "refused")
                .as("%s", verdict)
                .isEqualTo(row.verdict());
    }

    @Test
    void the_page_lists_these_and_no_others() throws Exception {
        String page = Files.readString(DIVERGENCES);
        int start = page.indexOf("## Newer cases");
        Matcher rows = ROW.matcher(page.substring(start, page.indexOf("\n## ", start)));
        Set<String> listed = new TreeSet<>();
        while (rows.find()) {
            listed.add(rows.group(1) + " " + rows.group(2));
        }

        Set<String> tested = new TreeSet<>();
        ROWS.forEach((id, row) -> tested.add(id + " " + row.verdict()));
        assertThat(listed).isEqualTo(tested);
    }

    private static Map<String, Row> rows() {
        String ip4 = "192.168.1.1";
        String ip6 = "2001:db8::1";
        return Map.ofEntries(
                Map.entry(
                        "rfc5280::nc::invalid-dnsname-leading-period",
                        accepted(
                                Chains.below(
                                        Chains.root()
                                                .nameConstraints(
                                                        List.of(".example.com"), List.of())),
                                Chains.HOST)),
                Map.entry("rfc5280::san::underscore-dns", named("foo_bar.example.com", "x")),
                Map.entry("webpki::cn::ipv4-hex-mismatch", named(ip4, "0xC0A80101")),
                Map.entry("webpki::cn::ipv4-leading-zeros-mismatch", named(ip4, "192.168.001.001")),
                Map.entry("webpki::cn::ipv6-uppercase-mismatch", named(ip6, "2001:DB8::1")),
                Map.entry(
                        "webpki::cn::ipv6-uncompressed-mismatch",
                        named(ip6, "2001:0db8:0:0:0:0:0:1")),
                Map.entry("webpki::cn::ipv6-non-rfc5952-mismatch", named(ip6, "2001:db8:0::1")),
                Map.entry(
                        "webpki::cn::punycode-not-in-san", named("a.example", "xn--nxasmq6b.com")),
                Map.entry(
                        "webpki::cn::utf8-vs-punycode-mismatch",
                        named("xn--bcher-kva.example", "b\u00fccher.example")),
                Map.entry("webpki::cn::not-in-san", named("a.example", "b.example")),
                Map.entry("webpki::cn::case-mismatch", named("a.example", "A.Example")),
                Map.entry(
                        "webpki::san::public-suffix-private-namespace-wildcard-san",
                        accepted(
                                Chains.with(CertificateSpec.leaf("*.github.io")),
                                "someone.github.io")),
                Map.entry(
                        "rfc5280::ca-as-leaf",
                        new Row(
                                Chains.with(
                                        Chains.leaf().basicConstraints(new BasicConstraints(true))),
                                Chains.HOST,
                                "refused")));
    }

    private static Row named(String name, String commonName) {
        return accepted(Chains.with(CertificateSpec.leaf(name).subject("CN=" + commonName)), name);
    }

    private static Row accepted(Chains chain, String name) {
        return new Row(chain, name, "accepted");
    }
}

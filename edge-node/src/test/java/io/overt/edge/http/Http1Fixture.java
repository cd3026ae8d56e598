package io.overt.edge.http;

import io.overt.policy.Compilation;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.Ech;
import io.overt.policy.HelloFacts;
import io.overt.policy.HostName;
import io.overt.policy.HttpRules;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.PolicySource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One inspected connection to www.example.com:443, and a policy that blocks what lies below
 * /blocked.
 */
final class Http1Fixture {

    private Http1Fixture() {}

    static final HttpRules RULES =
            rules(
                    """
                    - name: no-chat
                      when: { url: "www.example.com/blocked*" }
                      then: block
                      label: "Get back to <work>!"
                    - name: no-names
                      when: { url: "www.example.com:443/plain" }
                      then: block
                    """);

    static final ConnectionFacts FACTS =
            new ConnectionFacts(
                    "site-a",
                    "divert",
                    InetAddress.ofLiteral("192.0.2.7"),
                    Optional.empty(),
                    new InetSocketAddress(InetAddress.ofLiteral("198.51.100.1"), 443),
                    HostName.parse("www.example.com"),
                    Optional.empty(),
                    new HelloFacts.Peeked(
                            List.of("http/1.1"),
                            Ech.ABSENT,
                            "t13d0000h1_000000000000_000000000000"),
                    Instant.parse("2026-11-22T10:00:00Z"));

    static final AuthorityCheck COVERS =
            List.of("www.example.com", "example.com", "2001:db8:0:0:0:0:0:1")::contains;

    static final PageNotice NOTICE =
            new PageNotice(
                    "Example & Sons",
                    Optional.of(URI.create("https://it.example/notice?a=1&b=2")),
                    Optional.of("c-42"));

    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-02T10:00:00Z"));

    static HttpRules rules(String http) {
        var document =
                "policy: test\nrules:\n  - name: all\n    then: inspect\nhttp:\n" + http.indent(2);
        var source =
                new PolicySource(
                        Map.of(PolicySource.DOCUMENT, document.getBytes(StandardCharsets.UTF_8)));
        return switch (PolicyCompiler.compile(source)) {
            case Compilation.Compiled compiled -> compiled.policy().http();
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
        };
    }

    static Http1Exchange exchange(Http1Limits limits) {
        return new Http1Exchange(
                new RequestScreen(Optional.of(RULES), FACTS, COVERS, new Passage.Untouched()),
                limits,
                new Pages(NOTICE, CLOCK),
                new Passage.Untouched());
    }
}

package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the bytes: an answer, never an exception; and where the answer is a policy, it decides.
 */
final class CompilerFuzzTest {
    private static final List<HttpRequestFacts> REQUESTS =
            List.of(
                    Facts.to("a.example")
                            .request("POST", "a.example", "/a%2f..;x/b?c=d", "cookie: a=b"),
                    Facts.to("a.example").request("GET", "", "*"),
                    Facts.to("a.example").request("GET", "[::1]:8443", "http://[::1]:8443"),
                    Facts.to("a.example").request("x", "%zz", "nonsense"));
    static final String FULL =
            """
            policy: corporate
            rules:
              - name: staff
                when: { host: ["*.hospital.example", .a.example], list: health, port: [443, 8000-8100] }
                then: splice
                because: &why "Health services are never inspected."
              - name: night
                when:
                  any:
                    - time: { days: [mon-fri], from: "22:00", to: "06:00", zone: Europe/Berlin }
                    - not: { client: [10.0.0.0/8, "2001:db8::/32"], site: hq, listener: divert, user: bob }
                    - all: [ { hello: { alpn: h2, ech: true } }, { hello: { fault: [not-tls, absent] } } ]
                then: block
                label: "Not now"
              - name: default
                then: inspect
                because: *why
                on: { untrusted: mirror-untrusted, pinned: { after: 3, ttl: 12h, then: splice } }
            http:
              - name: no-chat
                when: { url: ["chat.example/*", "https://*.b.example:8443/x?y=*"], method: [POST], header: { a: "*" } }
                then: block
              - name: rest
                when: { cookie: { s: ["1", "2*"] }, content-type: application/* }
                then: pass
            lists:
              health: { file: lists/health.txt }
            """;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void random_octets_are_answered(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] document = new byte[random.nextInt(200)];
            random.nextBytes(document);
            if (i % 2 == 0) {
                for (int j = 0; j < document.length; j++) {
                    document[j] = (byte) SYNTAX.charAt(Math.floorMod(document[j], SYNTAX.length()));
                }
            }
            byte[] list = new byte[random.nextInt(100)];
            random.nextBytes(list);
            answered(
                    new PolicySource(Map.of("policy.yaml", document, "lists/health.txt", list)),
                    seed,
                    i);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24})
    void mutated_documents_are_answered(long seed) {
        Random random = new Random(seed);
        List<PolicySource> corpus = new ArrayList<>();
        corpus.add(Documents.source(FULL, Map.of("lists/health.txt", "a.example\n*.b.example\n")));
        Documents.wrong().map(Documents.Wrong::source).forEach(corpus::add);
        for (int i = 0; i < 1_500; i++) {
            // Half of the work on the document that has everything: from it most mutations lead to
            // a policy.
            PolicySource source = corpus.get(i % 2 == 0 ? 0 : random.nextInt(corpus.size()));
            Map<String, byte[]> files = new LinkedHashMap<>();
            source.files().forEach((path, bytes) -> files.put(path, mutated(bytes, random)));
            answered(new PolicySource(files), seed, i);
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        StringBuilder text = new StringBuilder(new String(bytes, StandardCharsets.ISO_8859_1));
        for (int changes = random.nextInt(4); changes > 0 && !text.isEmpty(); changes--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(6)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, text.substring(at, end));
                case 2 -> text.setCharAt(at, (char) random.nextInt(256));
                case 3 -> text.setCharAt(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
                case 4 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
                default -> text.insert(at, WORDS.get(random.nextInt(WORDS.size())));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void answered(PolicySource source, long seed, int round) {
        String document =
                new String(source.files().get("policy.yaml"), StandardCharsets.ISO_8859_1);
        try {
            switch (PolicyCompiler.compile(source)) {
                case Compilation.Compiled(Policy policy, _) -> {
                    Stream.of(
                                    Facts.to("www.a.example").connection(),
                                    Facts.unlike().fault(HelloFault.ABSENT).connection())
                            .forEach(
                                    facts ->
                                            assertThat(policy.explain(facts).decision())
                                                    .isEqualTo(policy.decide(facts)));
                    REQUESTS.forEach(
                            request ->
                                    assertThat(policy.http().explain(request).decision())
                                            .isEqualTo(policy.http().decide(request)));
                }
                case Compilation.Rejected(List<Problem> problems) -> {
                    assertThat(problems).isNotEmpty();
                    assertThat(problems)
                            .allMatch(
                                    p ->
                                            p.line() > 0
                                                    && p.column() > 0
                                                    && !p.message().contains("\n"));
                }
            }
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ", round " + round + ":\n" + document, e);
        }
    }

    private static final String SYNTAX = "policyrulesthen:-[]{},&*!|>'\"%@`?#~ \n\t.0123";
    private static final List<String> WORDS =
            List.of(
                    "\n",
                    ": ",
                    "- ",
                    "*why ",
                    "&why ",
                    "<<: ",
                    "null",
                    "---\n",
                    "...",
                    "!!binary ",
                    "? ",
                    "|\n",
                    "\u00c3\u00bc",
                    "\u00ef\u00bb\u00bf",
                    "1.2.3.4/33",
                    "http",
                    "then: block\n",
                    "%YAML 9.9\n");
}

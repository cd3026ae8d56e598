package io.overt.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fuzz target: a policy's document and one list of hosts. Whatever they hold, the compiler answers
 * with a policy that decides, or with problems that say where.
 *
 * <p>An input is the document, the byte 0xff, which no UTF-8 has, and the list.
 */
public final class PolicyDocumentFuzz {
    private static final String LIST = "lists/health.txt";

    private PolicyDocumentFuzz() {}

    /** The document that has everything, and each of the wrong ones. */
    public static List<byte[]> seeds() {
        var seeds = new ArrayList<byte[]>();
        seeds.add(
                input(
                        Documents.source(
                                CompilerFuzzTest.FULL, Map.of(LIST, "a.example\n*.b.example\n"))));
        Documents.wrong().map(wrong -> input(wrong.source())).forEach(seeds::add);
        return seeds;
    }

    /** {@code input} as above. */
    public static void fuzzerTestOneInput(byte[] input) {
        var files = new LinkedHashMap<String, byte[]>();
        var cut = 0;
        while (cut < input.length && input[cut] != (byte) 0xff) {
            cut++;
        }
        files.put(PolicySource.DOCUMENT, Arrays.copyOf(input, cut));
        if (cut < input.length) {
            files.put(LIST, Arrays.copyOfRange(input, cut + 1, input.length));
        }
        switch (PolicyCompiler.compile(new PolicySource(files))) {
            case Compilation.Compiled(Policy policy, var warnings) -> {
                warnings.forEach(PolicyDocumentFuzz::check);
                decides(policy);
            }
            case Compilation.Rejected(List<Problem> problems) -> {
                if (problems.isEmpty()) {
                    throw new AssertionError("rejected without a problem");
                }
                problems.forEach(PolicyDocumentFuzz::check);
            }
        }
    }

    private static void decides(Policy policy) {
        var facts =
                List.of(
                        Facts.to("www.a.example").connection(),
                        Facts.to("x.b.example").connection(),
                        Facts.unlike().fault(HelloFault.ABSENT).connection());
        for (var each : facts) {
            var decision = policy.decide(each);
            for (var failure : Failure.values()) {
                var _ = decision.on().of(failure);
            }
        }
        var _ =
                policy.http()
                        .decide(
                                Facts.to("a.example")
                                        .request("POST", "a.example", "/a%2f..;x/b?c=d", "a: b"));
    }

    private static void check(Problem problem) {
        if (problem.line() < 1 || problem.column() < 1 || problem.message().contains("\n")) {
            throw new AssertionError("not a problem that people can find: " + problem);
        }
    }

    private static byte[] input(PolicySource source) {
        var document = new String(file(source, PolicySource.DOCUMENT), StandardCharsets.ISO_8859_1);
        var list = new String(file(source, LIST), StandardCharsets.ISO_8859_1);
        return (document + '\u00ff' + list).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] file(PolicySource source, String path) {
        var content = source.files().get(path);
        return content == null ? new byte[0] : content;
    }
}

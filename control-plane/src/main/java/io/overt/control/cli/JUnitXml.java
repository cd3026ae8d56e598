package io.overt.control.cli;

import io.overt.policy.PolicyTest;
import java.util.List;

/** Results of tests as CI systems read them: one suite, a case a test. */
final class JUnitXml {

    static String of(String suite, List<PolicyTest.Result> results) {
        long failed = results.stream().filter(result -> !result.failures().isEmpty()).count();
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuite name=\"")
                .append(escaped(suite))
                .append("\" tests=\"")
                .append(results.size())
                .append("\" failures=\"")
                .append(failed)
                .append("\" errors=\"0\" skipped=\"0\">\n");
        for (var result : results) {
            xml.append("  <testcase classname=\"")
                    .append(escaped(result.place().file()))
                    .append("\" name=\"")
                    .append(escaped(result.name()))
                    .append("\"");
            if (result.failures().isEmpty()) {
                xml.append("/>\n");
                continue;
            }
            xml.append(">\n    <failure message=\"")
                    .append(escaped(result.failures().getFirst()))
                    .append("\">")
                    .append(
                            escaped(
                                    TestCommand.place(result)
                                            + "\n"
                                            + String.join("\n", result.failures())))
                    .append("</failure>\n  </testcase>\n");
        }
        return xml.append("</testsuite>\n").toString();
    }

    /** What XML 1.0 cannot carry at all becomes a question mark. */
    private static String escaped(String text) {
        var escaped = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> escaped.append("&amp;");
                                case '<' -> escaped.append("&lt;");
                                case '>' -> escaped.append("&gt;");
                                case '"' -> escaped.append("&quot;");
                                case '\n' -> escaped.append('\n');
                                default -> escaped.appendCodePoint(isXml(c) ? c : '?');
                            }
                        });
        return escaped.toString();
    }

    // https://www.w3.org/TR/xml/#NT-Char
    private static boolean isXml(int c) {
        return (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
    }

    private JUnitXml() {}
}

package io.overt.edge.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How the end of a message body is found (RFC 9112 §6.3). */
sealed interface Framing {

    record None() implements Framing {}

    record Length(long bytes) implements Framing {}

    record Chunked() implements Framing {}

    /** Until the upstream closes: responses only. */
    record UntilClose() implements Framing {}

    static Framing ofRequest(FieldSection fields, int minorVersion, FirstFlaw flaws) {
        var lengths = fields.all("Content-Length");
        if (lengths.size() > 1) {
            flaws.note(
                    Http1Fault.BAD_CONTENT_LENGTH,
                    lengths.size() + " Content-Length lines (expected: 1)");
        }
        return explicit(fields, minorVersion, flaws, new None());
    }

    /**
     * @param requestMethod of the request it answers
     * @param requestMinorVersion of the request it answers
     */
    static Framing ofResponse(
            int status,
            FieldSection fields,
            int minorVersion,
            String requestMethod,
            int requestMinorVersion,
            FirstFlaw flaws) {
        if (fields.has("Transfer-Encoding") && requestMinorVersion == 0) {
            flaws.note(
                    Http1Fault.ENCODING_IN_HTTP_1_0,
                    "Transfer-Encoding in an answer to an HTTP/1.0 request");
        }
        var said = explicit(fields, minorVersion, flaws, new UntilClose());
        var isInterim = status < 200;
        if (isInterim || status == 204) {
            // RFC 9110 §8.6, RFC 9112 §6.1: neither field is sent here. Some servers say
            // "Content-Length: 0", which
            // nobody can misread.
            var isEmpty = said instanceof UntilClose || said.equals(new Length(0));
            if (!isEmpty) {
                flaws.note(Http1Fault.BODY_WHERE_NONE_CAN_BE, "status " + status + " with a body");
            }
            return new None();
        }
        return requestMethod.equals("HEAD") || status == 304 ? new None() : said;
    }

    private static Framing explicit(
            FieldSection fields, int minorVersion, FirstFlaw flaws, Framing otherwise) {
        var codings = fields.all("Transfer-Encoding");
        var lengths = fields.all("Content-Length");
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            flaws.note(
                    Http1Fault.LENGTH_AND_ENCODING,
                    "Content-Length and Transfer-Encoding together");
        }
        if (!codings.isEmpty()) {
            if (minorVersion == 0) {
                flaws.note(Http1Fault.ENCODING_IN_HTTP_1_0, "Transfer-Encoding in HTTP/1.0");
            }
            return chunked(codings, flaws);
        }
        return lengths.isEmpty() ? otherwise : length(lengths, flaws);
    }

    private static Framing chunked(List<String> codings, FirstFlaw flaws) {
        // One line only: of several, some readers take the first and some the last.
        var names = codings.getFirst().split(",", -1);
        var isUnderstood = codings.size() == 1;
        for (var at = 0; at < names.length; at++) {
            var name = Characters.withoutBlanksAround(names[at]);
            isUnderstood &=
                    at == names.length - 1 ? name.equalsIgnoreCase("chunked") : isCompression(name);
        }
        if (!isUnderstood) {
            flaws.note(
                    Http1Fault.BAD_TRANSFER_ENCODING,
                    "Transfer-Encoding "
                            + Flaw.quoted(String.join(" | ", codings))
                            + " (expected: chunked, once and last)");
        }
        return new Chunked();
    }

    private static boolean isCompression(String name) {
        return COMPRESSIONS.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static Framing length(List<String> values, FirstFlaw flaws) {
        var value = values.getFirst();
        if (new HashSet<>(values).size() > 1
                || !Characters.isDigits(value)
                || value.length() > LONGEST_LENGTH) {
            flaws.note(
                    Http1Fault.BAD_CONTENT_LENGTH,
                    "Content-Length "
                            + Flaw.quoted(String.join(" | ", values))
                            + " (expected: one number below 10^18)");
            return new Length(0);
        }
        return new Length(Long.parseLong(value));
    }

    /**
     * RFC 9112 §7.2: the registered codings; others, "identity" and misspellings of "chunked" among
     * them, are refused.
     */
    Set<String> COMPRESSIONS = Set.of("gzip", "x-gzip", "deflate", "compress", "x-compress");

    int LONGEST_LENGTH = 18;
}

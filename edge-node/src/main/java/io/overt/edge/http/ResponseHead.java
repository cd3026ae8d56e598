package io.overt.edge.http;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** A response head that can be read in one way only (RFC 9112 §4, §5, §6). */
record ResponseHead(int status, int minorVersion, FieldSection fields, Framing framing) {

    sealed interface Parsed {
        record Sound(ResponseHead head) implements Parsed {}

        record Flawed(Flaw flaw) implements Parsed {}
    }

    static Parsed parse(HeadScanner.Scan.Head head, RequestHead request) {
        var lines = Arrays.asList(head.text().split("\r\n"));
        var flaws = new FirstFlaw();
        var start = STATUS_LINE.matcher(lines.getFirst());
        var isStatusLine = start.matches();
        if (!isStatusLine) {
            flaws.note(Http1Fault.BAD_STATUS_LINE, "status line " + Flaw.quoted(lines.getFirst()));
        }
        var minorVersion = isStatusLine && start.group(1).equals("0") ? 0 : 1;
        var status = isStatusLine ? Integer.parseInt(start.group(2)) : 500;
        var fields = FieldSection.parse(lines.subList(1, lines.size()), flaws);
        RequestHead.connectionOptions(fields, flaws);
        var framing =
                Framing.ofResponse(
                        status,
                        fields,
                        minorVersion,
                        request.method(),
                        request.minorVersion(),
                        flaws);
        var flaw = flaws.flaw();
        return flaw != null
                ? new Parsed.Flawed(flaw)
                : new Parsed.Sound(new ResponseHead(status, minorVersion, fields, framing));
    }

    boolean isInterim() {
        return status < 200 && status != SWITCHING_PROTOCOLS;
    }

    boolean isPersistent() {
        return minorVersion == 1
                && !(framing instanceof Framing.UntilClose)
                && !fields.elements("Connection").contains("close");
    }

    List<String> upgrades() {
        return fields.elements("Upgrade");
    }

    static final int SWITCHING_PROTOCOLS = 101;

    /**
     * RFC 9112 §4. The blank in front of an absent reason is left out by some servers; nobody reads
     * that in two ways. Codes above 599 are in use and are treated as 5xx (RFC 9110 §15).
     */
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9]{2})(?: [\\t\\x20-\\x7e\\x80-\\xff]*)?");
}

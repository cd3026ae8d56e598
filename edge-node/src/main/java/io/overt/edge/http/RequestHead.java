package io.overt.edge.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A request head that can be read in one way only (RFC 9112 §3, §5, §6).
 *
 * @param target as sent: origin-form, absolute-form or {@code *}
 * @param host the Host field's value as sent; of a request to a proxy, the target's authority as
 *     sent
 * @param authority the same, parsed
 */
record RequestHead(
        String method,
        String target,
        int minorVersion,
        FieldSection fields,
        String host,
        HostPort authority,
        Framing framing) {

    sealed interface Parsed {
        record Sound(RequestHead head) implements Parsed {}

        record Flawed(Flaw flaw) implements Parsed {}
    }

    static Parsed parse(HeadScanner.Scan.Head head, Addressing addressing) {
        var lines = Arrays.asList(head.text().split("\r\n"));
        var flaws = new FirstFlaw();
        var start = lines.getFirst().split(" ", -1);
        if (start.length != 3 || !Characters.isToken(start[0])) {
            flaws.note(
                    Http1Fault.BAD_REQUEST_LINE, "request line " + Flaw.quoted(lines.getFirst()));
            start = new String[] {"GET", "/", "HTTP/1.1"};
        }
        var method = start[0];
        var target = start[1];
        var minorVersion = minorVersion(start[2], flaws);
        var fields = FieldSection.parse(lines.subList(1, lines.size()), flaws);
        connectionOptions(fields, flaws);
        var hosts = fields.all("Host");
        var isProxied = addressing == Addressing.TO_PROXY;
        // HTTP/1.0 knows no Host, and a proxy does not need it: the target has it.
        var hostIn = isProxied && minorVersion == 0 && hosts.isEmpty() ? named(target) : hosts;
        var authority = authority(hostIn, flaws);
        target(method, target, authority, addressing, flaws);
        if (isProxied) {
            ProxyRequests.authorizations(fields, flaws);
            maxForwards(method, fields, flaws);
        }
        var host =
                isProxied
                        ? String.join("", named(target))
                        : hosts.isEmpty() ? "" : hosts.getFirst();
        var framing = Framing.ofRequest(fields, minorVersion, flaws);
        var flaw = flaws.flaw();
        return flaw != null
                ? new Parsed.Flawed(flaw)
                : new Parsed.Sound(
                        new RequestHead(
                                method, target, minorVersion, fields, host, authority, framing));
    }

    /** The version's last digit; 1 where there is a flaw. */
    static int minorVersion(String version, FirstFlaw flaws) {
        if (version.equals("HTTP/1.0")) {
            return 0;
        }
        if (!version.equals("HTTP/1.1")) {
            // HTTP/2's preface ends up here too: it is negotiated by ALPN and never inside
            // HTTP/1.1.
            flaws.note(
                    VERSION.matcher(version).matches()
                            ? Http1Fault.UNSUPPORTED_VERSION
                            : Http1Fault.BAD_REQUEST_LINE,
                    "version " + Flaw.quoted(version) + " (expected: HTTP/1.1 or HTTP/1.0)");
        }
        return 1;
    }

    static void connectionOptions(FieldSection fields, FirstFlaw flaws) {
        for (var option : fields.elements("Connection")) {
            // RFC 9110 §7.6.1: a proxy removes the fields that are named here. Naming these would
            // take them from the
            // next hop's reading of the message and leave them in ours.
            if (FieldSection.isFraming(option)) {
                flaws.note(Http1Fault.BAD_CONNECTION_OPTION, "Connection names " + option);
            }
        }
    }

    private static HostPort authority(List<String> hosts, FirstFlaw flaws) {
        if (hosts.isEmpty()) {
            flaws.note(Http1Fault.HOST_MISSING, "no Host");
        } else if (hosts.size() > 1) {
            flaws.note(Http1Fault.HOST_REPEATED, hosts.size() + " Host lines (expected: 1)");
        }
        var parsed = hosts.stream().findFirst().flatMap(HostPort::parse);
        if (parsed.isEmpty()) {
            flaws.note(Http1Fault.HOST_INVALID, "Host " + Flaw.quoted(String.join(" | ", hosts)));
        }
        return parsed.orElse(new HostPort("", OptionalInt.empty()));
    }

    private static void target(
            String method,
            String target,
            HostPort authority,
            Addressing addressing,
            FirstFlaw flaws) {
        if (method.equals("CONNECT")) {
            flaws.note(Http1Fault.CONNECT_INSIDE, "CONNECT inside an inspected connection");
        }
        if (target.isEmpty() || !target.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '#')) {
            flaws.note(Http1Fault.BAD_TARGET, "target " + Flaw.quoted(target));
        }
        if (addressing == Addressing.TO_ORIGIN
                && (target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS")))) {
            return;
        }
        var absolute = addressing.absolute().matcher(target);
        if (!absolute.matches()) {
            flaws.note(
                    Http1Fault.BAD_TARGET,
                    "target "
                            + Flaw.quoted(target)
                            + switch (addressing) {
                                case TO_ORIGIN -> " (expected: a path or an https URL)";
                                case TO_PROXY -> " (expected: an http URL)";
                            });
            return;
        }
        // Port 0, user information (RFC 9110 §4.2.4) and blanks are in no authority that we take.
        var named =
                HostPort.parse(absolute.group(1))
                        .map(each -> withPort(each, addressing))
                        .filter(each -> each.port().orElse(0) != 0);
        if (named.isEmpty() && addressing == Addressing.TO_PROXY) {
            flaws.note(Http1Fault.BAD_TARGET, "target " + Flaw.quoted(target));
        } else if (!named.equals(Optional.of(withPort(authority, addressing)))) {
            flaws.note(
                    Http1Fault.TARGET_AND_HOST_DIFFER,
                    "target " + Flaw.quoted(target) + ", Host " + authority.host());
        }
    }

    private static HostPort withPort(HostPort authority, Addressing addressing) {
        return new HostPort(
                authority.host(), OptionalInt.of(authority.port().orElse(addressing.port())));
    }

    /** The authority of an http URL, if it is one. */
    private static List<String> named(String target) {
        var absolute = Addressing.TO_PROXY.absolute().matcher(target);
        return absolute.matches() ? List.of(absolute.group(1)) : List.of();
    }

    /**
     * RFC 9110 §7.6.2: at zero the recipient answers itself, and what TRACE and OPTIONS ask about a
     * proxy is not answered here.
     */
    private static void maxForwards(String method, FieldSection fields, FirstFlaw flaws) {
        if ((method.equals("TRACE") || method.equals("OPTIONS"))
                && fields.all("Max-Forwards").contains("0")) {
            flaws.note(Http1Fault.NO_FORWARDS_LEFT, method + " with Max-Forwards: 0");
        }
    }

    /**
     * RFC 9112 §9.3. An HTTP/1.0 client is always told that the connection ends: its keep-alive was
     * never specified.
     */
    boolean isPersistent() {
        return minorVersion == 1 && !fields.elements("Connection").contains("close");
    }

    boolean expectsContinue() {
        return fields.elements("Expect").contains("100-continue");
    }

    /**
     * The protocols that the client asks to go over to (RFC 9110 §7.8); none unless Connection says
     * so too.
     */
    List<String> upgrades() {
        return minorVersion == 1 && fields.elements("Connection").contains("upgrade")
                ? fields.elements("Upgrade")
                : List.of();
    }

    /** The requested URL, spelled as the client spelled it. */
    String url() {
        var url =
                target.startsWith("/") || target.equals("*") ? "https://" + host + target : target;
        return url.length() <= Http1Event.LONGEST_URL
                ? url
                : url.substring(0, Http1Event.LONGEST_URL);
    }

    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
}

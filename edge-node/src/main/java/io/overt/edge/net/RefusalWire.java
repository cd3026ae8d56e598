package io.overt.edge.net;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.overt.edge.flow.Refusal.Alert;
import io.overt.edge.flow.Refusal.ConnectAnswer;
import java.nio.charset.StandardCharsets;

/** What a refusal looks like on the wire. Pure. */
final class RefusalWire {

    private RefusalWire() {}

    /** A fatal alert in one plaintext record (RFC 8446 §5.1, §6). */
    static byte[] of(Alert refusal) {
        return new byte[] {
            21, // alert
            3, // legacy_record_version 0x0303, which every TLS client takes
            3,
            0, // length
            2,
            2, // fatal
            (byte) refusal.alert().code()
        };
    }

    /** An answer to CONNECT that says in words, and in RFC 9209's, why it is no. */
    static byte[] of(ConnectAnswer refusal, String edge) {
        var reason = HttpResponseStatus.valueOf(refusal.status()).reasonPhrase();
        var body = refusal.label().map(RefusalWire::oneLine).orElse(reason) + "\n";
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head =
                "HTTP/1.1 "
                        + refusal.status()
                        + " "
                        + reason
                        + "\r\nProxy-Status: "
                        + edge
                        + "; error="
                        + refusal.proxyError()
                        + "\r\nVia: 1.1 "
                        + edge
                        + "\r\nContent-Type: text/plain; charset=utf-8"
                        + "\r\nContent-Length: "
                        + bytes.length
                        + "\r\nCache-Control: no-store"
                        + "\r\nConnection: close\r\n\r\n";
        var wire = new byte[head.length() + bytes.length];
        System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, wire, 0, head.length());
        System.arraycopy(bytes, 0, wire, head.length(), bytes.length);
        return wire;
    }

    /** The yes. */
    static byte[] connected(String edge) {
        return ("HTTP/1.1 200 Connection established\r\nVia: 1.1 " + edge + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String oneLine(String label) {
        return label.replaceAll("\\p{Cntrl}+", " ");
    }
}

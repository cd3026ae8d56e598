package io.overt.edge.net;

import io.netty.buffer.ByteBufUtil;
import io.overt.edge.flow.Known.Ruling;
import io.overt.edge.flow.Refusal.Alert;
import io.overt.edge.flow.Refusal.ConnectAnswer;
import io.overt.edge.http.PageNotice;
import io.overt.edge.http.ProxyRefusal;
import io.overt.edge.login.LoginSettings;
import io.overt.edge.net.DataPathSettings.ListenerSettings;
import io.overt.edge.record.ConnectionId;
import io.overt.policy.Decision;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;

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

    /** An answer to a request to the explicit proxy: our page, which says why it is no. */
    static byte[] of(
            ConnectAnswer refusal,
            DataPathSettings settings,
            ListenerSettings listener,
            ConnectionId id,
            InstantSource clock) {
        var decision = refusal.ruling().map(Ruling::decision);
        var answer =
                new ProxyRefusal(
                                refusal.status(),
                                settings.edge(),
                                refusal.proxyError(),
                                decision.map(Decision::rule),
                                decision.flatMap(Decision::label),
                                refusal.status() == PROXY_AUTHENTICATION_REQUIRED
                                        ? listener.authentication().map(LoginSettings::realm)
                                        : Optional.empty(),
                                settings.pseudonym())
                        .answer(
                                new PageNotice(
                                        settings.notice().organisation(),
                                        settings.notice().url(),
                                        Optional.of(id.text())),
                                clock);
        try {
            return ByteBufUtil.getBytes(answer);
        } finally {
            answer.release();
        }
    }

    /** The yes. */
    static byte[] connected(String pseudonym) {
        return ("HTTP/1.1 200 Connection established\r\nVia: 1.1 " + pseudonym + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;
}

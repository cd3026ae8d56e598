package io.overt.edge.net;

import io.overt.edge.flow.TlsAlert;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The alert that a peer sent, from the failure that BoringSSL makes of it.
 *
 * <p>By its error code, not by its words: BoringSSL packs an error as {@code library << 24 |
 * reason}, and for an alert that was received the reason is 1000 + the alert's number ({@code
 * SSL_AD_REASON_OFFSET}, in its ssl.h since it exists). Netty keeps the code in a field that is not
 * public, and prints it first thing in the message, in hex. A test has real peers send alerts.
 */
final class TlsAlerts {

    private TlsAlerts() {}

    /** The alert that {@code failure}, or what caused it, reports as received. */
    static Optional<TlsAlert> received(Throwable failure) {
        @Nullable Throwable each = failure;
        for (var depth = 0; each != null && depth < MAX_DEPTH; depth++, each = each.getCause()) {
            if (each instanceof SSLException && each.getMessage() != null) {
                var alert = ofMessage(each.getMessage());
                if (alert.isPresent()) {
                    return alert;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<TlsAlert> ofMessage(String message) {
        var code = PACKED.matcher(message);
        if (!code.find()) {
            return Optional.empty();
        }
        var packed = Integer.parseUnsignedInt(code.group(1), 16);
        var library = packed >>> 24;
        var reason = packed & 0xfff;
        return library == ERR_LIB_SSL
                        && reason >= SSL_AD_REASON_OFFSET
                        && reason <= SSL_AD_REASON_OFFSET + 0xff
                ? Optional.of(new TlsAlert(reason - SSL_AD_REASON_OFFSET))
                : Optional.empty();
    }

    private static final Pattern PACKED = Pattern.compile("error:([0-9a-fA-F]{8}):");
    private static final int ERR_LIB_SSL = 16;
    private static final int SSL_AD_REASON_OFFSET = 1000;
    private static final int MAX_DEPTH = 8;
}

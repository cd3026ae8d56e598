package io.overt.edge.flow;

import java.util.Locale;

/**
 * A TLS alert description by its number.
 *
 * @param code RFC 8446 §6 and the IANA registry, from 0 to 255
 */
public record TlsAlert(int code) {

    public static final TlsAlert CLOSE_NOTIFY = new TlsAlert(0);
    public static final TlsAlert RECORD_OVERFLOW = new TlsAlert(22);
    public static final TlsAlert HANDSHAKE_FAILURE = new TlsAlert(40);
    public static final TlsAlert BAD_CERTIFICATE = new TlsAlert(42);
    public static final TlsAlert ACCESS_DENIED = new TlsAlert(49);
    public static final TlsAlert DECODE_ERROR = new TlsAlert(50);
    public static final TlsAlert PROTOCOL_VERSION = new TlsAlert(70);
    public static final TlsAlert INTERNAL_ERROR = new TlsAlert(80);
    public static final TlsAlert USER_CANCELED = new TlsAlert(90);
    public static final TlsAlert NO_APPLICATION_PROTOCOL = new TlsAlert(120);

    public TlsAlert {
        if (code < 0 || code > 0xff) {
            throw new IllegalArgumentException("alert: " + code + " (expected: 0 to 255)");
        }
    }

    /** What an alert says about the certificate that its sender was shown. */
    public enum OnCertificate {
        /** It is refused. */
        REFUSED,
        /** It may be, or something else is wrong. */
        UNCLEAR,
        /** Nothing. */
        NOTHING
    }

    /** Whether a peer says by it that it does not take the certificate it was shown. */
    public boolean refusesCertificate() {
        return onCertificate() == OnCertificate.REFUSED;
    }

    /** The one table from alerts to evidence (RFC 8446 §6.2; {@code docs/exclusions.md}). */
    public OnCertificate onCertificate() {
        return switch (code) {
            case 42, // bad_certificate
                    43, // unsupported_certificate
                    44, // certificate_revoked
                    45, // certificate_expired
                    46, // certificate_unknown
                    48, // unknown_ca
                    49, // access_denied: "a valid certificate was received, but …"
                    113 -> // bad_certificate_status_response
                    OnCertificate.REFUSED;
            case 40, // handshake_failure: OpenSSL where the application's own check failed
                    51 -> // decrypt_error: OpenSSL where a signature in the chain is not good
                    OnCertificate.UNCLEAR;
            default -> OnCertificate.NOTHING;
        };
    }

    /** The registered name, or {@code alert(n)}. */
    public String text() {
        return switch (code) {
            case 0 -> "close_notify";
            case 10 -> "unexpected_message";
            case 20 -> "bad_record_mac";
            case 22 -> "record_overflow";
            case 40 -> "handshake_failure";
            case 42 -> "bad_certificate";
            case 43 -> "unsupported_certificate";
            case 44 -> "certificate_revoked";
            case 45 -> "certificate_expired";
            case 46 -> "certificate_unknown";
            case 47 -> "illegal_parameter";
            case 48 -> "unknown_ca";
            case 49 -> "access_denied";
            case 50 -> "decode_error";
            case 51 -> "decrypt_error";
            case 70 -> "protocol_version";
            case 71 -> "insufficient_security";
            case 80 -> "internal_error";
            case 86 -> "inappropriate_fallback";
            case 90 -> "user_canceled";
            case 109 -> "missing_extension";
            case 110 -> "unsupported_extension";
            case 112 -> "unrecognized_name";
            case 113 -> "bad_certificate_status_response";
            case 115 -> "unknown_psk_identity";
            case 116 -> "certificate_required";
            case 120 -> "no_application_protocol";
            case 121 -> "ech_required";
            default -> String.format(Locale.ROOT, "alert(%d)", code);
        };
    }
}

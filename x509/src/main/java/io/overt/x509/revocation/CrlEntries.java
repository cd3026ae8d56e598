package io.overt.x509.revocation;

import io.overt.x509.revocation.DerCursor.Element;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Enumerated;

/** The list of revoked certificates inside a CRL (RFC 5280 §5.1.2.6, §5.3). */
final class CrlEntries {
    private static final byte[] REASON_CODE = {0x55, 0x1d, 0x15}; // 2.5.29.21
    private static final byte[] CERTIFICATE_ISSUER = {0x55, 0x1d, 0x1d}; // 2.5.29.29
    private static final byte[] FALSE = {0};

    /** Whether a serial number is listed. */
    sealed interface Found {}

    record Listed(Instant when, Optional<CrlReason> reason) implements Found {}

    record NotListed() implements Found {}

    /**
     * Walks all entries, even behind the one looked for: RFC 5280 §5.3 lets a critical entry
     * extension that is not understood spoil the whole CRL.
     */
    static Found find(Optional<Element> entries, BigInteger serial) throws UnusableException {
        if (entries.isEmpty()) {
            return new NotListed();
        }
        byte[] wanted = serial.toByteArray();
        Found found = new NotListed();
        Serials serials = new Serials();
        DerCursor list = entries.get().inside();
        while (list.hasMore()) {
            DerCursor entry = list.next(DerCursor.SEQUENCE).inside();
            Element listed = entry.next(DerCursor.INTEGER);
            if (!listed.isMinimalInteger()) {
                throw UnusableException.malformed("serial number is not DER");
            }
            Element when = CrlTime.next(entry);
            Optional<Element> reason =
                    entry.hasMore()
                            ? reasonCode(entry.next(DerCursor.SEQUENCE).inside())
                            : Optional.empty();
            entry.finish();
            serials.add(listed);
            if (listed.contentEquals(wanted)) {
                found = listed(CrlTime.read(when), reason(reason));
            }
        }
        // Whoever is listed twice is revoked whichever entry counts.
        if (found instanceof NotListed && serials.repeat()) {
            throw new UnusableException(Why.RULE_BROKEN, "a serial number is listed twice");
        }
        return found;
    }

    private static Listed listed(Instant when, Optional<CrlReason> reason)
            throws UnusableException {
        // RFC 5280 §5.3.1: only in delta CRLs. In a complete one it is listed and not revoked.
        if (reason.filter(CrlReason.REMOVE_FROM_CRL::equals).isPresent()) {
            throw new UnusableException(
                    Why.RULE_BROKEN, "reasonCode removeFromCRL in a complete CRL");
        }
        return new Listed(when, reason);
    }

    /**
     * The value of reasonCode, if it is there. By hand, since it is done for each of perhaps a
     * million entries.
     */
    private static Optional<Element> reasonCode(DerCursor extensions) throws UnusableException {
        Optional<Element> reason = Optional.empty();
        while (extensions.hasMore()) {
            DerCursor extension = extensions.next(DerCursor.SEQUENCE).inside();
            Element oid = extension.next(DerCursor.OBJECT_IDENTIFIER);
            boolean critical =
                    extension.nextIs(DerCursor.BOOLEAN)
                            && !extension.next(DerCursor.BOOLEAN).contentEquals(FALSE);
            Element value = extension.next(DerCursor.OCTET_STRING);
            extension.finish();
            if (oid.contentEquals(REASON_CODE)) {
                reason = Optional.of(value);
            } else if (oid.contentEquals(CERTIFICATE_ISSUER)) {
                throw new UnusableException(
                        Why.UNSUPPORTED, "entry of another issuer: an indirect CRL");
            } else if (critical) {
                throw new UnusableException(
                        Why.RULE_BROKEN,
                        "unknown critical entry extension "
                                + HexFormat.of().formatHex(oid.content()));
            }
        }
        return reason;
    }

    private static Optional<CrlReason> reason(Optional<Element> value) throws UnusableException {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        int code = ASN1Enumerated.getInstance(value.get().content()).intValueExact();
        Optional<CrlReason> reason = CrlReason.of(code);
        if (reason.isEmpty()) {
            throw UnusableException.malformed("reasonCode " + code);
        }
        return reason;
    }

    /** Finds repeats by one sort, without a copy of each number as a set would have. */
    private static final class Serials {
        private final List<Element> elements = new ArrayList<>();

        void add(Element serial) {
            elements.add(serial);
        }

        boolean repeat() {
            long[] order = new long[elements.size()];
            for (int i = 0; i < order.length; i++) {
                order[i] = ((long) elements.get(i).contentHash() << 32) | i;
            }
            Arrays.sort(order);
            for (int i = 1; i < order.length; i++) {
                for (int j = i - 1; j >= 0 && order[j] >> 32 == order[i] >> 32; j--) {
                    if (elements.get((int) order[j]).contentEquals(elements.get((int) order[i]))) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private CrlEntries() {}
}

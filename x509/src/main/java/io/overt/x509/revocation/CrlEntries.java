package io.overt.x509.revocation;

import io.overt.x509.revocation.DerCursor.Element;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/** The list of revoked certificates inside a CRL (RFC 5280 §5.1.2.6, §5.3). */
final class CrlEntries {
    private static final String REASON_CODE = "2.5.29.21";
    private static final String CERTIFICATE_ISSUER = "2.5.29.29";

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
            Optional<CrlReason> reason =
                    entry.hasMore()
                            ? reason(entry.next(DerCursor.SEQUENCE).encoded())
                            : Optional.empty();
            entry.finish();
            serials.add(listed);
            if (listed.contentEquals(wanted)) {
                found = listed(CrlTime.read(when), reason);
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

    private static Optional<CrlReason> reason(byte[] encoded) throws UnusableException {
        Extensions extensions = CrlExtensions.parse(encoded);
        Optional<CrlReason> reason = Optional.empty();
        for (var oid : extensions.getExtensionOIDs()) {
            Extension extension = extensions.getExtension(oid);
            switch (oid.getId()) {
                case REASON_CODE -> {
                    int code =
                            ASN1Enumerated.getInstance(extension.getParsedValue()).intValueExact();
                    reason = CrlReason.of(code);
                    if (reason.isEmpty()) {
                        throw UnusableException.malformed("reasonCode " + code);
                    }
                }
                case CERTIFICATE_ISSUER ->
                        throw new UnusableException(
                                Why.UNSUPPORTED, "entry of another issuer: an indirect CRL");
                default -> {
                    if (extension.isCritical()) {
                        throw new UnusableException(
                                Why.RULE_BROKEN, "unknown critical entry extension " + oid);
                    }
                }
            }
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

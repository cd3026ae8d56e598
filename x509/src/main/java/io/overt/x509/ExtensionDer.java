package io.overt.x509;

import java.util.List;

/**
 * One extension of a certificate as it was encoded.
 *
 * @param oid dotted decimal
 * @param whole the SEQUENCE
 * @param value the OCTET STRING
 */
public record ExtensionDer(
        String oid, Criticality criticality, DerElement whole, DerElement value) {
    /** Whether a reader that does not know it must refuse the certificate. */
    public enum Criticality {
        /** It must. */
        CRITICAL,
        /** It may go on. */
        NON_CRITICAL
    }

    static ExtensionDer parse(DerElement element) throws MalformedDerException {
        List<DerElement> parts = element.expect(Der.SEQUENCE).children();
        if (parts.size() < 2 || parts.size() > 3) {
            throw new MalformedDerException("extension of " + parts.size() + " parts");
        }
        String oid = parts.getFirst().objectIdentifier();
        // X.690 §11.5: the DEFAULT FALSE is not encoded.
        if (parts.size() == 3 && !parts.get(1).bool()) {
            throw new MalformedDerException(
                    "extension " + Oid.name(oid) + ": critical FALSE is encoded");
        }
        return new ExtensionDer(
                oid,
                parts.size() == 3 ? Criticality.CRITICAL : Criticality.NON_CRITICAL,
                element,
                parts.getLast().expect(Der.OCTET_STRING));
    }

    static byte[] encode(String oid, Criticality criticality, byte[] value) {
        return switch (criticality) {
            case CRITICAL ->
                    Der.sequence(
                            Oid.encoded(oid),
                            Der.encode(Der.BOOLEAN, new byte[] {(byte) 0xff}),
                            Der.octetString(value));
            case NON_CRITICAL -> Der.sequence(Oid.encoded(oid), Der.octetString(value));
        };
    }

    /** Whether it is critical. */
    public boolean isCritical() {
        return criticality == Criticality.CRITICAL;
    }
}

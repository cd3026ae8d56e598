package io.overt.x509;

import java.util.List;
import java.util.Optional;

/** Which key a certificate is about and which one signed it: RFC 5280 §4.2.1.1 and §4.2.1.2. */
final class KeyIdentifiers {
    private static final int KEY_IDENTIFIER = 0x80;
    private static final int AUTHORITY_CERT_ISSUER = 0xa1;
    private static final int AUTHORITY_CERT_SERIAL_NUMBER = 0x82;

    /** An authorityKeyIdentifier. */
    record Authority(Optional<byte[]> keyIdentifier) {
        static Authority of(DerElement value) throws MalformedDerException {
            Optional<byte[]> keyIdentifier = Optional.empty();
            boolean issuer = false;
            boolean serial = false;
            int last = 0;
            List<DerElement> parts = value.expect(Der.SEQUENCE).children();
            for (DerElement part : parts) {
                int number = part.tag() & 0x1f;
                if (number < last) {
                    throw new MalformedDerException("fields out of order");
                }
                last = number + 1;
                switch (part.tag()) {
                    case KEY_IDENTIFIER -> keyIdentifier = Optional.of(part.content());
                    case AUTHORITY_CERT_ISSUER -> issuer = true;
                    case AUTHORITY_CERT_SERIAL_NUMBER -> serial = true;
                    default ->
                            throw new MalformedDerException(
                                    "unexpected tag 0x%02x".formatted(part.tag()));
                }
            }
            // RFC 5280 appendix A.2: both present or both absent.
            if (issuer != serial) {
                throw new MalformedDerException(
                        issuer
                                ? "authorityCertIssuer without authorityCertSerialNumber"
                                : "authorityCertSerialNumber without authorityCertIssuer");
            }
            return new Authority(keyIdentifier);
        }
    }

    static byte[] subject(DerElement value) throws MalformedDerException {
        byte[] identifier = value.expect(Der.OCTET_STRING).content();
        if (identifier.length == 0) {
            throw new MalformedDerException("empty");
        }
        return identifier;
    }

    private KeyIdentifiers() {}
}

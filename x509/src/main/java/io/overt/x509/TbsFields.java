package io.overt.x509;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a TBSCertificate (RFC 5280 §4.1.2) as they were encoded.
 *
 * @param version 1 to 3
 * @param extensions in their order; none where there is no field
 */
public record TbsFields(
        int version,
        DerElement serialNumber,
        DerElement signature,
        DerElement issuer,
        DerElement notBefore,
        DerElement notAfter,
        DerElement subject,
        DerElement subjectPublicKeyInfo,
        Optional<DerElement> issuerUniqueId,
        Optional<DerElement> subjectUniqueId,
        List<ExtensionDer> extensions) {

    private static final int VERSION = 0xa0;
    private static final int ISSUER_UNIQUE_ID = 0x81;
    private static final int SUBJECT_UNIQUE_ID = 0x82;
    private static final int EXTENSIONS = 0xa3;

    /** Of a whole certificate. */
    static TbsFields ofCertificate(byte[] certificate) throws MalformedDerException {
        List<DerElement> parts = DerElement.parse(certificate).expect(Der.SEQUENCE).children();
        if (parts.size() != 3) {
            throw new MalformedDerException(
                    "certificate of " + parts.size() + " parts (expected: 3)");
        }
        return of(parts.getFirst());
    }

    /** Of what is signed. */
    public static TbsFields of(DerElement tbs) throws MalformedDerException {
        Deque<DerElement> rest = new ArrayDeque<>(tbs.expect(Der.SEQUENCE).children());
        int version = 1;
        Optional<DerElement> explicitVersion = optional(rest, VERSION);
        if (explicitVersion.isPresent()) {
            byte[] number = only(explicitVersion.get()).expect(Der.INTEGER).content();
            if (number.length != 1) {
                throw new MalformedDerException("version of " + number.length + " octets");
            }
            version = 1 + number[0];
        }
        DerElement serialNumber = next(rest, "serialNumber").expect(Der.INTEGER);
        DerElement signature = next(rest, "signature").expect(Der.SEQUENCE);
        DerElement issuer = next(rest, "issuer").expect(Der.SEQUENCE);
        List<DerElement> validity = next(rest, "validity").expect(Der.SEQUENCE).children();
        if (validity.size() != 2) {
            throw new MalformedDerException(
                    "validity of " + validity.size() + " parts (expected: 2)");
        }
        DerElement subject = next(rest, "subject").expect(Der.SEQUENCE);
        DerElement key = next(rest, "subjectPublicKeyInfo").expect(Der.SEQUENCE);
        Optional<DerElement> issuerUniqueId = optional(rest, ISSUER_UNIQUE_ID);
        Optional<DerElement> subjectUniqueId = optional(rest, SUBJECT_UNIQUE_ID);
        List<ExtensionDer> extensions = new ArrayList<>();
        Optional<DerElement> explicitExtensions = optional(rest, EXTENSIONS);
        if (explicitExtensions.isPresent()) {
            for (DerElement element :
                    only(explicitExtensions.get()).expect(Der.SEQUENCE).children()) {
                extensions.add(ExtensionDer.parse(element));
            }
        }
        if (!rest.isEmpty()) {
            throw new MalformedDerException(
                    "TBSCertificate: unexpected tag 0x%02x".formatted(rest.getFirst().tag()));
        }
        return new TbsFields(
                version,
                serialNumber,
                signature,
                issuer,
                validity.getFirst(),
                validity.getLast(),
                subject,
                key,
                issuerUniqueId,
                subjectUniqueId,
                List.copyOf(extensions));
    }

    /** The first of this kind. */
    public Optional<ExtensionDer> extension(String oid) {
        return extensions.stream().filter(extension -> extension.oid().equals(oid)).findFirst();
    }

    private static DerElement next(Deque<DerElement> rest, String field)
            throws MalformedDerException {
        DerElement element = rest.pollFirst();
        if (element == null) {
            throw new MalformedDerException("TBSCertificate: cut off before " + field);
        }
        return element;
    }

    private static Optional<DerElement> optional(Deque<DerElement> rest, int tag) {
        DerElement element = rest.peekFirst();
        if (element == null || element.tag() != tag) {
            return Optional.empty();
        }
        rest.removeFirst();
        return Optional.of(element);
    }

    private static DerElement only(DerElement explicit) throws MalformedDerException {
        List<DerElement> children = explicit.children();
        if (children.size() != 1) {
            throw new MalformedDerException(
                    "explicit tag around " + children.size() + " elements (expected: 1)");
        }
        return children.getFirst();
    }
}

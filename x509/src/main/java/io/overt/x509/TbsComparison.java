package io.overt.x509;

import java.util.List;
import java.util.Optional;

/** Names the field in which two TBSCertificates differ. */
final class TbsComparison {
    /** Of two that are not equal byte for byte. */
    static String firstDifference(TbsFields ours, TbsFields theirs) {
        if (ours.version() != theirs.version()) {
            return "version";
        }
        record Pair(String name, DerElement ours, DerElement theirs) {}
        List<Pair> pairs =
                List.of(
                        new Pair("signature", ours.signature(), theirs.signature()),
                        new Pair("issuer", ours.issuer(), theirs.issuer()),
                        new Pair("validity notBefore", ours.notBefore(), theirs.notBefore()),
                        new Pair("validity notAfter", ours.notAfter(), theirs.notAfter()),
                        new Pair("subject", ours.subject(), theirs.subject()),
                        new Pair(
                                "subjectPublicKeyInfo",
                                ours.subjectPublicKeyInfo(),
                                theirs.subjectPublicKeyInfo()));
        for (Pair pair : pairs) {
            if (!pair.ours().sameEncoding(pair.theirs())) {
                return pair.name();
            }
        }
        if (differ(ours.issuerUniqueId(), theirs.issuerUniqueId())) {
            return "issuerUniqueID";
        }
        if (differ(ours.subjectUniqueId(), theirs.subjectUniqueId())) {
            return "subjectUniqueID";
        }
        Optional<String> extension = extensions(ours, theirs);
        if (extension.isPresent()) {
            return extension.get();
        }
        if (!ours.serialNumber().sameEncoding(theirs.serialNumber())) {
            return "serialNumber";
        }
        // All fields agree and the bytes do not: a DEFAULT that one of the two encodes.
        return "encoding";
    }

    private static Optional<String> extensions(TbsFields ours, TbsFields theirs) {
        for (ExtensionDer extension : ours.extensions()) {
            Optional<ExtensionDer> same = theirs.extension(extension.oid());
            if (same.isEmpty() || !extension.whole().sameEncoding(same.get().whole())) {
                return Optional.of("extension " + Oid.name(extension.oid()));
            }
        }
        for (ExtensionDer extension : theirs.extensions()) {
            if (ours.extension(extension.oid()).isEmpty()
                    || count(theirs, extension) != count(ours, extension)) {
                return Optional.of("extension " + Oid.name(extension.oid()));
            }
        }
        for (int i = 0; i < ours.extensions().size(); i++) {
            if (!ours.extensions().get(i).oid().equals(theirs.extensions().get(i).oid())) {
                return Optional.of("extensions");
            }
        }
        return Optional.empty();
    }

    private static long count(TbsFields fields, ExtensionDer extension) {
        return fields.extensions().stream()
                .filter(candidate -> candidate.oid().equals(extension.oid()))
                .count();
    }

    private static boolean differ(Optional<DerElement> a, Optional<DerElement> b) {
        return a.isPresent() != b.isPresent()
                || (a.isPresent() && !a.get().sameEncoding(b.orElseThrow()));
    }

    private TbsComparison() {}
}

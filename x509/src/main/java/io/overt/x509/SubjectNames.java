package io.overt.x509;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * All names of a certificate that name constraints apply to (RFC 5280 §4.2.1.10): those of the
 * subjectAltName, the subject where it is not empty, and mailboxes in the subject where the
 * subjectAltName has none.
 *
 * <p>Not the common name: it never identifies a host here, so it cannot be used to escape.
 */
record SubjectNames(
        List<String> dnsNames,
        List<byte[]> addresses,
        List<DistinguishedName> directoryNames,
        List<String> mailboxes,
        List<String> uris,
        Set<Integer> others) {

    static final SubjectNames NONE =
            new SubjectNames(List.of(), List.of(), List.of(), List.of(), List.of(), Set.of());

    static SubjectNames of(DerElement subject, Extensions extensions) throws MalformedDerException {
        GeneralNames names =
                extensions
                        .subjectAltName()
                        .orElse(
                                new GeneralNames(
                                        List.of(), List.of(), List.of(), List.of(), List.of(),
                                        Set.of()));
        List<DistinguishedName> directoryNames = new ArrayList<>(names.directoryNames());
        DistinguishedName own = DistinguishedName.of(subject);
        if (!own.relativeNames().isEmpty()) {
            directoryNames.add(own);
        }
        List<String> mailboxes =
                names.mailboxes().isEmpty()
                        ? DistinguishedName.mailboxes(subject)
                        : names.mailboxes();
        return new SubjectNames(
                names.dnsNames(),
                names.addresses(),
                directoryNames,
                mailboxes,
                names.uris(),
                names.others());
    }
}

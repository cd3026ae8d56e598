package io.overt.x509;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The extensions of one certificate, those read that any rule asks for. One that cannot be read
 * counts as a fault <em>and</em> as absent: whoever asks must look at {@link #faults} first, and no
 * certificate with faults is ever part of a path.
 */
final class Extensions {
    /** Read here and obeyed by some rule, so that they may be critical (RFC 5280 §4.2). */
    private static final Set<String> UNDERSTOOD =
            Set.of(
                    Oid.BASIC_CONSTRAINTS,
                    Oid.KEY_USAGE,
                    Oid.EXTENDED_KEY_USAGE,
                    Oid.SUBJECT_ALT_NAME,
                    Oid.NAME_CONSTRAINTS,
                    Oid.CERTIFICATE_POLICIES,
                    Oid.POLICY_MAPPINGS,
                    Oid.POLICY_CONSTRAINTS,
                    Oid.INHIBIT_ANY_POLICY,
                    // RFC 5280 forbids these to be critical, and CertificateRules says so.
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.AUTHORITY_INFO_ACCESS);

    private final Map<String, ExtensionDer> byOid = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> notUnderstood = new ArrayList<>();
    private final Optional<BasicConstraints> basicConstraints;
    private final Optional<KeyUsage> keyUsage;
    private final Optional<List<String>> extendedKeyUsage;
    private final Optional<GeneralNames> subjectAltName;
    private final Optional<NameConstraints> nameConstraints;
    private final Optional<KeyIdentifiers.Authority> authorityKeyIdentifier;
    private final Optional<byte[]> subjectKeyIdentifier;
    private final PolicyExtensions policies;

    private interface Reader<T> {
        T read(DerElement value) throws MalformedDerException;
    }

    private Extensions(List<ExtensionDer> extensions) {
        for (ExtensionDer extension : extensions) {
            // RFC 5280 §4.2: not more than one instance of a particular extension.
            if (byOid.putIfAbsent(extension.oid(), extension) != null) {
                faults.add("two extensions " + Oid.name(extension.oid()));
            }
        }
        basicConstraints = read(Oid.BASIC_CONSTRAINTS, BasicConstraints::of);
        keyUsage = read(Oid.KEY_USAGE, KeyUsage::of);
        extendedKeyUsage = read(Oid.EXTENDED_KEY_USAGE, Extensions::purposes);
        subjectAltName = read(Oid.SUBJECT_ALT_NAME, GeneralNames::of);
        nameConstraints = read(Oid.NAME_CONSTRAINTS, NameConstraints::of);
        authorityKeyIdentifier = read(Oid.AUTHORITY_KEY_IDENTIFIER, KeyIdentifiers.Authority::of);
        subjectKeyIdentifier = read(Oid.SUBJECT_KEY_IDENTIFIER, KeyIdentifiers::subject);
        var _ = read(Oid.AUTHORITY_INFO_ACCESS, Extensions::accessDescriptions);
        policies =
                new PolicyExtensions(
                        read(Oid.CERTIFICATE_POLICIES, PolicyExtensions.Policies::of),
                        read(Oid.POLICY_MAPPINGS, PolicyExtensions::mappings),
                        read(Oid.POLICY_CONSTRAINTS, PolicyExtensions.Constraints::of),
                        read(Oid.INHIBIT_ANY_POLICY, PolicyExtensions::skipCerts));
        for (ExtensionDer extension : extensions) {
            if (extension.isCritical() && !isUnderstood(extension.oid())) {
                notUnderstood.add(Oid.name(extension.oid()));
            }
        }
    }

    static Extensions of(List<ExtensionDer> extensions) {
        return new Extensions(extensions);
    }

    /** What cannot be read, or stands there twice; each says in which extension. */
    List<String> faults() {
        return faults;
    }

    /** Names of the critical extensions that no rule here obeys. */
    List<String> criticalNotUnderstood() {
        return notUnderstood;
    }

    boolean has(String oid) {
        return byOid.containsKey(oid);
    }

    boolean isCritical(String oid) {
        ExtensionDer extension = byOid.get(oid);
        return extension != null && extension.isCritical();
    }

    Optional<BasicConstraints> basicConstraints() {
        return basicConstraints;
    }

    Optional<KeyUsage> keyUsage() {
        return keyUsage;
    }

    /** Dotted numbers, at least one. */
    Optional<List<String>> extendedKeyUsage() {
        return extendedKeyUsage;
    }

    /** At least one name. */
    Optional<GeneralNames> subjectAltName() {
        return subjectAltName;
    }

    Optional<NameConstraints> nameConstraints() {
        return nameConstraints;
    }

    Optional<KeyIdentifiers.Authority> authorityKeyIdentifier() {
        return authorityKeyIdentifier;
    }

    Optional<byte[]> subjectKeyIdentifier() {
        return subjectKeyIdentifier;
    }

    PolicyExtensions policies() {
        return policies;
    }

    private <T> Optional<T> read(String oid, Reader<T> reader) {
        ExtensionDer extension = byOid.get(oid);
        if (extension == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(extension.value().wrapped()));
        } catch (MalformedDerException e) {
            faults.add(Oid.name(oid) + ": " + e.what());
            return Optional.empty();
        }
    }

    private boolean isUnderstood(String oid) {
        return switch (oid) {
            // RFC 5280 §4.2.1.4: who understands the extension when it is critical must understand
            // its qualifiers.
            case Oid.CERTIFICATE_POLICIES -> policies.qualifiersAreUnderstood();
            // Microsoft's form of extKeyUsage: says nothing more where that one stands beside it.
            case Oid.APPLICATION_POLICIES -> has(Oid.EXTENDED_KEY_USAGE);
            default -> UNDERSTOOD.contains(oid);
        };
    }

    private static List<DerElement> nonEmpty(DerElement value) throws MalformedDerException {
        List<DerElement> children = value.expect(Der.SEQUENCE).children();
        if (children.isEmpty()) {
            throw new MalformedDerException("empty (expected: at least one element)");
        }
        return children;
    }

    /** RFC 5280 §4.2.1.12. */
    private static List<String> purposes(DerElement value) throws MalformedDerException {
        List<String> purposes = new ArrayList<>();
        for (DerElement purpose : nonEmpty(value)) {
            purposes.add(purpose.objectIdentifier());
        }
        return List.copyOf(purposes);
    }

    /** RFC 5280 §4.2.2.1. Only the form: nobody follows it here. */
    private static List<DerElement> accessDescriptions(DerElement value)
            throws MalformedDerException {
        List<DerElement> descriptions = nonEmpty(value);
        for (DerElement description : descriptions) {
            List<DerElement> parts = description.expect(Der.SEQUENCE).children();
            if (parts.size() != 2) {
                throw new MalformedDerException(
                        "access description of " + parts.size() + " parts (expected: 2)");
            }
            parts.getFirst().expect(Der.OBJECT_IDENTIFIER);
        }
        return descriptions;
    }
}

package io.overt.x509.lint;

import io.overt.x509.Der;
import io.overt.x509.DerElement;
import io.overt.x509.DnsNames;
import io.overt.x509.ExtensionDer;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MalformedDerException;
import io.overt.x509.Oid;
import io.overt.x509.Recipe;
import io.overt.x509.TbsFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Rules about the names of a leaf. */
final class NameRules {
    private static final int OTHER_NAME = 0xa0;
    private static final int RFC822_NAME = 0x81;
    private static final int DNS_NAME = 0x82;
    private static final int X400_ADDRESS = 0xa3;
    private static final int DIRECTORY_NAME = 0xa4;
    private static final int EDI_PARTY_NAME = 0xa5;
    private static final int URI = 0x86;
    private static final int IP_ADDRESS = 0x87;
    private static final int REGISTERED_ID = 0x88;

    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;

    static void check(TbsFields fields, LeafTerms terms, Findings findings) {
        boolean nameless = fields.subject().content().length == 0;
        Optional<ExtensionDer> extension = fields.extension(Oid.SUBJECT_ALT_NAME);
        if (extension.isEmpty()) {
            boolean mayLack = terms.issuer().trust() == IssuerTrust.UNTRUSTED && !nameless;
            findings.require(mayLack, LintRule.SUBJECT_ALT_NAME, "absent");
            return;
        }
        findings.require(
                !nameless || extension.get().isCritical(),
                LintRule.SUBJECT_ALT_NAME_CRITICAL,
                "empty subject with a subjectAltName that is not critical");
        findings.reading(
                LintRule.SUBJECT_ALT_NAME,
                () -> names(extension.get().value().wrapped(), terms, findings));
    }

    private static void names(DerElement value, LeafTerms terms, Findings findings)
            throws MalformedDerException {
        List<DerElement> names = value.expect(Der.SEQUENCE).children();
        findings.require(!names.isEmpty(), LintRule.SUBJECT_ALT_NAME, "without a name");
        boolean host = false;
        for (DerElement name : names) {
            host |= name.tag() == DNS_NAME || name.tag() == IP_ADDRESS;
            name(name, terms, findings);
        }
        findings.require(
                host || names.isEmpty() || terms.issuer().trust() == IssuerTrust.UNTRUSTED,
                LintRule.HOST_NAMED,
                "neither a dNSName nor an iPAddress");
    }

    private static void name(DerElement name, LeafTerms terms, Findings findings) {
        switch (name.tag()) {
            case DNS_NAME -> {
                String text = text(name, findings);
                findings.require(
                        terms.profile().recipe() == Recipe.MIRROR || DnsNames.isPresentable(text),
                        LintRule.DNS_NAME,
                        "\"" + printable(text) + "\"");
            }
            case RFC822_NAME, URI -> {
                var _ = text(name, findings);
            }
            case IP_ADDRESS -> {
                int octets = name.content().length;
                findings.require(
                        octets == IPV4_OCTETS || octets == IPV6_OCTETS,
                        LintRule.NAME_FORM,
                        "iPAddress of " + octets + " octets (expected: 4 or 16)");
            }
            // Nobody takes these for a host's name; they are kept as they are.
            case DIRECTORY_NAME, OTHER_NAME, X400_ADDRESS, EDI_PARTY_NAME, REGISTERED_ID -> {}
            default -> findings.add(LintRule.NAME_FORM, "name of tag 0x%02x".formatted(name.tag()));
        }
    }

    /**
     * A NUL ends a name for some readers and not for others, and what is no ASCII has as many
     * readings as there are readers: the two ways in which a name got past a check before.
     */
    private static String text(DerElement name, Findings findings) {
        String text = new String(name.content(), StandardCharsets.ISO_8859_1);
        findings.require(
                text.chars().allMatch(c -> c >= 0x20 && c < 0x7f),
                LintRule.NAME_FORM,
                "\"" + printable(text) + "\" (expected: ASCII without control characters)");
        return text;
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private NameRules() {}
}

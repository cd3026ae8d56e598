package io.overt.signer.defect;

import static io.overt.signer.defect.ListedDefect.defect;
import static io.overt.signer.defect.ListedDefect.keptByMirror;
import static io.overt.signer.defect.ListedDefect.onlyCompared;

import io.overt.x509.lint.LintRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.Extension;

/** Defects of the names. */
final class NameDefects {
    private static final int RFC822_NAME = 0x81;
    private static final int DNS_NAME = 0x82;
    private static final int URI = 0x86;
    private static final int IP_ADDRESS = 0x87;
    private static final String KEPT =
            "no client matches it; live sites have such names beside good ones";

    private NameDefects() {}

    static List<ListedDefect> list() {
        List<ListedDefect> all = new ArrayList<>();
        all.add(
                defect(
                        "RFC 9525 §6.3: no subjectAltName",
                        tbs -> tbs.without(Extension.subjectAlternativeName),
                        LintRule.SUBJECT_ALT_NAME));
        all.add(
                defect(
                        "RFC 5280 §4.2.1.6: subjectAltName without a name",
                        tbs -> tbs.with(Extension.subjectAlternativeName, false, new DERSequence()),
                        LintRule.SUBJECT_ALT_NAME));
        all.add(
                defect(
                        "X.690 §8.1: subjectAltName with a byte behind it",
                        tbs -> {
                            byte[] value =
                                    tbs.extension(Extension.subjectAlternativeName)
                                            .getExtnValue()
                                            .getOctets();
                            return tbs.with(
                                    new Extension(
                                            Extension.subjectAlternativeName,
                                            false,
                                            Arrays.copyOf(value, value.length + 1)));
                        },
                        LintRule.SUBJECT_ALT_NAME));
        all.add(
                onlyCompared(
                        "CHECKLIST 57: another name",
                        tbs -> names(tbs, dns("www.bank.example")),
                        "which names are upstream's only its certificate can tell"));
        all.add(
                onlyCompared(
                        "CHECKLIST 57: a name more",
                        tbs -> added(tbs, dns("www.bank.example")),
                        "which names are upstream's only its certificate can tell"));
        all.add(
                onlyCompared(
                        "CHECKLIST 57: a wildcard instead of the name",
                        tbs -> names(tbs, dns("*.origin.example")),
                        "which names are upstream's only its certificate can tell"));
        all.add(
                onlyCompared(
                        "RFC 5280 §4.2.1.6: critical beside a subject",
                        tbs -> tbs.critical(Extension.subjectAlternativeName, true),
                        "allowed, and kept where upstream has it"));
        all.add(form("a NUL in a dNSName", dns("www.bank.example\0.origin.example")));
        all.add(form("a line feed in a dNSName", dns("www.origin.example\n")));
        all.add(
                form(
                        "a dNSName that is not ASCII",
                        TbsEdit.wrap(DNS_NAME, "bücher.example".getBytes(StandardCharsets.UTF_8))));
        all.add(form("an address of 5 octets", TbsEdit.wrap(IP_ADDRESS, new byte[5])));
        all.add(form("an address range", TbsEdit.wrap(IP_ADDRESS, new byte[8])));
        all.add(form("an empty address", TbsEdit.wrap(IP_ADDRESS, new byte[0])));
        all.add(form("a name of an unknown type", TbsEdit.wrap(0x89, new byte[] {1})));
        all.add(form("a dNSName that is constructed", TbsEdit.wrap(0xa2, dns("a.example"))));
        all.add(form("a name of a universal type", new byte[] {0x0c, 1, 'a'}));
        all.add(
                defect(
                        "RFC 9525 §6.1: a mailbox alone",
                        tbs ->
                                names(
                                        tbs,
                                        TbsEdit.wrap(
                                                RFC822_NAME,
                                                ExtensionDefects.ascii("a@origin.example"))),
                        LintRule.HOST_NAMED));
        all.add(dnsName("RFC 1035 §2.3.4: a label of 64 octets", "a".repeat(64) + ".example"));
        all.add(dnsName("RFC 1035 §2.3.4: a name of 254 octets", "a.".repeat(123) + "example1"));
        all.add(dnsName("RFC 9525 §6.3: part of a label a wildcard", "w*.origin.example"));
        all.add(dnsName("RFC 9525 §6.3: two wildcards", "*.*.origin.example"));
        all.add(dnsName("RFC 9525 §6.3: a wildcard further right", "www.*.example"));
        all.add(dnsName("RFC 9525 §6.3: nothing but a wildcard", "*"));
        all.add(dnsName("RFC 1034 §3.5: a label that begins with a hyphen", "-a.example"));
        all.add(dnsName("RFC 1034 §3.5: a label that ends with a hyphen", "a-.example"));
        all.add(dnsName("RFC 1034 §3.5: a trailing dot", "a.example."));
        all.add(dnsName("RFC 1034 §3.5: an empty label", "a..example"));
        all.add(dnsName("RFC 1034 §3.5: a space", "a b.example"));
        all.add(dnsName("RFC 1034 §3.5: an address and a port", "a.example:443"));
        all.add(dnsName("RFC 5280 §4.2.1.6: the name \" \"", " "));
        all.add(
                defect(
                        "DESIGN §8: critical names that the JDK cannot read",
                        tbs ->
                                added(tbs, TbsEdit.wrap(URI, ExtensionDefects.ascii("http://[")))
                                        .critical(Extension.subjectAlternativeName, true),
                        LintRule.READABLE));
        return all;
    }

    private static ListedDefect form(String name, byte[] generalName) {
        return defect(
                "RFC 5280 §4.2.1.6: " + name, tbs -> added(tbs, generalName), LintRule.NAME_FORM);
    }

    private static ListedDefect dnsName(String name, String text) {
        return keptByMirror(name, tbs -> added(tbs, dns(text)), LintRule.DNS_NAME, KEPT);
    }

    private static byte[] dns(String name) {
        return TbsEdit.wrap(DNS_NAME, ExtensionDefects.ascii(name));
    }

    private static TbsEdit names(TbsEdit tbs, byte[]... names) {
        return tbs.with(
                new Extension(
                        Extension.subjectAlternativeName,
                        false,
                        TbsEdit.wrap(0x30, TbsEdit.join(List.of(names)))));
    }

    /** Behind those that are there. */
    private static TbsEdit added(TbsEdit tbs, byte[] name) {
        byte[] value = tbs.extension(Extension.subjectAlternativeName).getExtnValue().getOctets();
        // Short form of the length: the good TBS has few names.
        byte[] before = Arrays.copyOfRange(value, 2, value.length);
        return names(tbs, before, name);
    }
}

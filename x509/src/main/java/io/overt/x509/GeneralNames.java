package io.overt.x509;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of a subjectAltName (RFC 5280 §4.2.1.6) by type. Also the bases of name constraints,
 * which are written in the same way.
 *
 * @param dnsNames in lower case
 * @param others tags of names of types that nobody here compares: otherName, x400Address,
 *     ediPartyName, registeredID
 */
record GeneralNames(
        List<String> dnsNames,
        List<byte[]> addresses,
        List<DistinguishedName> directoryNames,
        List<String> mailboxes,
        List<String> uris,
        Set<Integer> others) {
    static final int RFC822_NAME = 0x81;
    static final int DNS_NAME = 0x82;
    static final int DIRECTORY_NAME = 0xa4;
    static final int URI = 0x86;
    static final int IP_ADDRESS = 0x87;
    private static final int OTHER_NAME = 0xa0;
    private static final int X400_ADDRESS = 0xa3;
    private static final int EDI_PARTY_NAME = 0xa5;
    private static final int REGISTERED_ID = 0x88;

    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;

    static GeneralNames of(DerElement value) throws MalformedDerException {
        List<DerElement> names = value.expect(Der.SEQUENCE).children();
        if (names.isEmpty()) {
            throw new MalformedDerException("no name (expected: at least one)");
        }
        GeneralNames read = read(names);
        for (byte[] address : read.addresses) {
            if (address.length != IPV4_OCTETS && address.length != IPV6_OCTETS) {
                throw new MalformedDerException(
                        "iPAddress of " + address.length + " octets (expected: 4 or 16)");
            }
        }
        return read;
    }

    /** Reads names whose addresses may be ranges. */
    static GeneralNames read(List<DerElement> names) throws MalformedDerException {
        GeneralNames read =
                new GeneralNames(
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new HashSet<>());
        for (DerElement name : names) {
            switch (name.tag()) {
                case DNS_NAME -> read.dnsNames.add(DnsNames.lower(ia5(name)));
                case IP_ADDRESS -> read.addresses.add(name.content());
                case RFC822_NAME -> read.mailboxes.add(ia5(name));
                case URI -> read.uris.add(ia5(name));
                case DIRECTORY_NAME -> read.directoryNames.add(directoryName(name));
                case OTHER_NAME, X400_ADDRESS, EDI_PARTY_NAME, REGISTERED_ID ->
                        read.others.add(name.tag());
                default ->
                        throw new MalformedDerException("name of tag 0x%02x".formatted(name.tag()));
            }
        }
        return read;
    }

    private static DistinguishedName directoryName(DerElement name) throws MalformedDerException {
        List<DerElement> children = name.children();
        if (children.size() != 1) {
            throw new MalformedDerException("directoryName of " + children.size() + " parts");
        }
        return DistinguishedName.of(children.getFirst());
    }

    /** IA5String is ASCII; anything else would be read in as many ways as there are readers. */
    private static String ia5(DerElement name) throws MalformedDerException {
        byte[] content = name.content();
        for (byte octet : content) {
            if (octet < 0) {
                throw new MalformedDerException(
                        "name of tag 0x%02x is not ASCII".formatted(name.tag()));
            }
        }
        return new String(content, StandardCharsets.US_ASCII);
    }
}

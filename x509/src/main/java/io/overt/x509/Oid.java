package io.overt.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** Object identifiers of extensions, and the names that the RFCs give them. */
public final class Oid {
    public static final String SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9";
    public static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    public static final String KEY_USAGE = "2.5.29.15";
    public static final String PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16";
    public static final String SUBJECT_ALT_NAME = "2.5.29.17";
    public static final String ISSUER_ALT_NAME = "2.5.29.18";
    public static final String BASIC_CONSTRAINTS = "2.5.29.19";
    public static final String NAME_CONSTRAINTS = "2.5.29.30";
    public static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    public static final String CERTIFICATE_POLICIES = "2.5.29.32";
    public static final String POLICY_MAPPINGS = "2.5.29.33";
    public static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    public static final String POLICY_CONSTRAINTS = "2.5.29.36";
    public static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    public static final String FRESHEST_CRL = "2.5.29.46";
    public static final String INHIBIT_ANY_POLICY = "2.5.29.54";
    public static final String APPLICATION_POLICIES = "1.3.6.1.4.1.311.21.10";
    public static final String ANY_POLICY = "2.5.29.32.0";
    public static final String POLICY_QUALIFIER_CPS = "1.3.6.1.5.5.7.2.1";
    public static final String POLICY_QUALIFIER_NOTICE = "1.3.6.1.5.5.7.2.2";
    public static final String AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    public static final String SUBJECT_INFO_ACCESS = "1.3.6.1.5.5.7.1.11";
    public static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    public static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";
    public static final String CT_POISON = "1.3.6.1.4.1.11129.2.4.3";
    public static final String CAN_SIGN_HTTP_EXCHANGES = "1.3.6.1.4.1.11129.2.1.22";
    public static final String DELEGATION_USAGE = "1.3.6.1.4.1.44363.44";

    public static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    public static final String AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    public static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry(SUBJECT_DIRECTORY_ATTRIBUTES, "subjectDirectoryAttributes"),
                    Map.entry(SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier"),
                    Map.entry(KEY_USAGE, "keyUsage"),
                    Map.entry(PRIVATE_KEY_USAGE_PERIOD, "privateKeyUsagePeriod"),
                    Map.entry(SUBJECT_ALT_NAME, "subjectAltName"),
                    Map.entry(ISSUER_ALT_NAME, "issuerAltName"),
                    Map.entry(BASIC_CONSTRAINTS, "basicConstraints"),
                    Map.entry(NAME_CONSTRAINTS, "nameConstraints"),
                    Map.entry(CRL_DISTRIBUTION_POINTS, "cRLDistributionPoints"),
                    Map.entry(CERTIFICATE_POLICIES, "certificatePolicies"),
                    Map.entry(POLICY_MAPPINGS, "policyMappings"),
                    Map.entry(AUTHORITY_KEY_IDENTIFIER, "authorityKeyIdentifier"),
                    Map.entry(POLICY_CONSTRAINTS, "policyConstraints"),
                    Map.entry(EXTENDED_KEY_USAGE, "extKeyUsage"),
                    Map.entry(FRESHEST_CRL, "freshestCRL"),
                    Map.entry(INHIBIT_ANY_POLICY, "inhibitAnyPolicy"),
                    Map.entry(APPLICATION_POLICIES, "applicationCertPolicies"),
                    Map.entry(AUTHORITY_INFO_ACCESS, "authorityInfoAccess"),
                    Map.entry(SUBJECT_INFO_ACCESS, "subjectInfoAccess"),
                    Map.entry(TLS_FEATURE, "tlsFeature"),
                    Map.entry(SCT_LIST, "signedCertificateTimestampList"),
                    Map.entry(CT_POISON, "ctPoison"),
                    Map.entry(CAN_SIGN_HTTP_EXCHANGES, "canSignHttpExchanges"),
                    Map.entry(DELEGATION_USAGE, "delegationUsage"),
                    Map.entry(InspectionMarker.OID, "inspectionMarker"));

    /** The RFC's name of an extension, or the dotted number of one that has no name here. */
    public static String name(String oid) {
        return NAMES.getOrDefault(oid, oid);
    }

    static byte[] encoded(String oid) {
        try {
            return new ASN1ObjectIdentifier(oid).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("encoding " + oid, e);
        }
    }

    /** X.690 §8.19: no subidentifier starts with 0x80, and the last one ends. */
    static boolean isWellFormed(byte[] content) {
        boolean atStart = true;
        for (byte octet : content) {
            if (atStart && octet == (byte) 0x80) {
                return false;
            }
            atStart = octet >= 0;
        }
        return content.length > 0 && atStart;
    }

    /** Nine times seven bits fit into a long. */
    private static final int SHORT_OCTETS = 9;

    /** Dotted decimal of a well-formed value. */
    static String text(byte[] content) {
        // The arcs of nearly all fit, and each certificate has dozens.
        return content.length <= SHORT_OCTETS ? shortText(content) : longText(content);
    }

    private static String shortText(byte[] content) {
        StringBuilder text = new StringBuilder();
        long value = 0;
        for (byte octet : content) {
            value = (value << 7) | (octet & 0x7f);
            if (octet < 0) {
                continue;
            }
            if (text.isEmpty()) {
                long first = Math.min(2, value / 40);
                text.append(first).append('.').append(value - 40 * first);
            } else {
                text.append('.').append(value);
            }
            value = 0;
        }
        return text.toString();
    }

    private static String longText(byte[] content) {
        StringBuilder text = new StringBuilder();
        BigInteger value = BigInteger.ZERO;
        for (byte octet : content) {
            value = value.shiftLeft(7).or(BigInteger.valueOf(octet & 0x7f));
            if (octet < 0) {
                continue;
            }
            if (text.isEmpty()) {
                int first =
                        value.compareTo(BigInteger.valueOf(80)) >= 0 ? 2 : value.intValue() / 40;
                text.append(first)
                        .append('.')
                        .append(value.subtract(BigInteger.valueOf(40L * first)));
            } else {
                text.append('.').append(value);
            }
            value = BigInteger.ZERO;
        }
        return text.toString();
    }

    private Oid() {}
}

package io.overt.x509;

import io.overt.x509.ExtensionDer.Criticality;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The extensions of a forged leaf. Those kept or replaced stand where they stood in upstream's,
 * those added follow in the order of {@link #ours}, and the inspection marker is always last.
 */
final class LeafExtensions {
    /** keyUsage with digitalSignature alone: seven unused bits (X.690 §11.2.2). */
    private static final byte[] DIGITAL_SIGNATURE =
            Der.encode(Der.BIT_STRING, new byte[] {7, (byte) 0x80});

    private static final byte[] NOT_A_CA = Der.sequence();

    /**
     * Statements that upstream's issuer made about itself, its logs or upstream's key, and that
     * would be false of our leaf; and powers for upstream's key that nobody gave to ours.
     */
    private static final Set<String> DROPPED =
            Set.of(
                    Oid.SCT_LIST,
                    Oid.CT_POISON,
                    Oid.TLS_FEATURE,
                    Oid.FRESHEST_CRL,
                    Oid.ISSUER_ALT_NAME,
                    Oid.PRIVATE_KEY_USAGE_PERIOD,
                    Oid.DELEGATION_USAGE,
                    Oid.CAN_SIGN_HTTP_EXCHANGES);

    /** Dropped, and ours put in their place where there is one. */
    private static final Set<String> REPLACED =
            Set.of(
                    Oid.KEY_USAGE,
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.CRL_DISTRIBUTION_POINTS,
                    Oid.AUTHORITY_INFO_ACCESS);

    static byte[][] of(
            TbsFields upstream, LeafPublicKey key, IssuingCa issuer, MirrorProfile profile) {
        Map<String, byte[]> added = ours(key, issuer, profile);
        List<byte[]> result = new ArrayList<>();
        for (ExtensionDer extension : upstream.extensions()) {
            if (added.containsKey(extension.oid())) {
                result.add(added.get(extension.oid()));
                added.remove(extension.oid());
            } else if (keeps(profile.recipe(), extension.oid())) {
                result.add(extension.whole().encoded());
            }
        }
        result.addAll(added.values());
        result.add(
                ExtensionDer.encode(
                        InspectionMarker.OID,
                        Criticality.NON_CRITICAL,
                        InspectionMarker.value(profile.organisation(), profile.noticeUrl())));
        return result.toArray(byte[][]::new);
    }

    private static boolean keeps(Recipe recipe, String oid) {
        return switch (recipe) {
            case MIRROR -> !DROPPED.contains(oid) && !REPLACED.contains(oid);
            case STRICT -> oid.equals(Oid.SUBJECT_ALT_NAME);
        };
    }

    /**
     * What is ours by the recipe, by OID, in the order in which it is added where upstream has
     * none.
     */
    private static Map<String, byte[]> ours(
            LeafPublicKey key, IssuingCa issuer, MirrorProfile profile) {
        Map<String, byte[]> ours = new LinkedHashMap<>();
        if (profile.recipe() == Recipe.STRICT) {
            put(ours, Oid.BASIC_CONSTRAINTS, Criticality.CRITICAL, NOT_A_CA);
        }
        // RFC 5480 §3: of these bits an EC key for TLS 1.3 and ECDHE signs only.
        put(ours, Oid.KEY_USAGE, Criticality.CRITICAL, DIGITAL_SIGNATURE);
        if (profile.recipe() == Recipe.STRICT) {
            put(
                    ours,
                    Oid.EXTENDED_KEY_USAGE,
                    Criticality.NON_CRITICAL,
                    Der.sequence(Oid.encoded(Oid.SERVER_AUTH)));
        }
        put(
                ours,
                Oid.SUBJECT_KEY_IDENTIFIER,
                Criticality.NON_CRITICAL,
                Der.octetString(key.keyIdentifier()));
        put(
                ours,
                Oid.AUTHORITY_KEY_IDENTIFIER,
                Criticality.NON_CRITICAL,
                Der.sequence(Der.encode(0x80 /* keyIdentifier */, issuer.keyIdentifier())));
        crlDistributionPoints(issuer)
                .ifPresent(
                        value ->
                                put(
                                        ours,
                                        Oid.CRL_DISTRIBUTION_POINTS,
                                        Criticality.NON_CRITICAL,
                                        value));
        caIssuers(issuer)
                .ifPresent(
                        value ->
                                put(
                                        ours,
                                        Oid.AUTHORITY_INFO_ACCESS,
                                        Criticality.NON_CRITICAL,
                                        value));
        return ours;
    }

    private static void put(
            Map<String, byte[]> extensions, String oid, Criticality criticality, byte[] value) {
        extensions.put(oid, ExtensionDer.encode(oid, criticality, value));
    }

    /** RFC 5280 §4.2.1.13: one distribution point, whose URLs are alternatives. */
    private static Optional<byte[]> crlDistributionPoints(IssuingCa issuer) {
        if (issuer.crlUrls().isEmpty()) {
            return Optional.empty();
        }
        byte[][] names = issuer.crlUrls().stream().map(LeafExtensions::url).toArray(byte[][]::new);
        byte[] distributionPointName = Der.tagged(0, Der.tagged(0 /* fullName */, names));
        return Optional.of(Der.sequence(Der.sequence(distributionPointName)));
    }

    /** RFC 5280 §4.2.2.1: one access description per URL. */
    private static Optional<byte[]> caIssuers(IssuingCa issuer) {
        if (issuer.caIssuersUrls().isEmpty()) {
            return Optional.empty();
        }
        byte[][] descriptions =
                issuer.caIssuersUrls().stream()
                        .map(url -> Der.sequence(Oid.encoded(Oid.AD_CA_ISSUERS), url(url)))
                        .toArray(byte[][]::new);
        return Optional.of(Der.sequence(descriptions));
    }

    private static byte[] url(String url) {
        byte[] ia5 = url.getBytes(StandardCharsets.US_ASCII);
        return Der.encode(0x86 /* uniformResourceIdentifier */, ia5);
    }

    private LeafExtensions() {}
}

package io.overt.x509;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An algorithm that certificates may be signed with: those of the web PKI (Baseline Requirements
 * §7.1.3.2), and EdDSA (RFC 8410).
 *
 * @param name for {@link java.security.Signature}
 * @param parameters for RSASSA-PSS
 */
record SignatureAlgorithm(String name, Optional<AlgorithmParameterSpec> parameters) {
    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

    private static final Map<String, String> RSA =
            Map.of(
                    "1.2.840.113549.1.1.11", "SHA256withRSA",
                    "1.2.840.113549.1.1.12", "SHA384withRSA",
                    "1.2.840.113549.1.1.13", "SHA512withRSA");

    private static final Map<String, String> WITHOUT_PARAMETERS =
            Map.of(
                    "1.2.840.10045.4.3.2", "SHA256withECDSA",
                    "1.2.840.10045.4.3.3", "SHA384withECDSA",
                    "1.2.840.10045.4.3.4", "SHA512withECDSA",
                    "1.3.101.112", "Ed25519",
                    "1.3.101.113", "Ed448");

    /** The digest names one of these for itself and for MGF1, and its length is the salt's. */
    private static final Map<String, Integer> PSS_DIGESTS =
            Map.of("SHA-256", 32, "SHA-384", 48, "SHA-512", 64);

    /** Empty for all others: SHA-1, MD5, DSA, unknown ones, and odd parameters. */
    static Optional<SignatureAlgorithm> of(DerElement identifier) throws MalformedDerException {
        List<DerElement> parts = identifier.expect(Der.SEQUENCE).children();
        if (parts.isEmpty() || parts.size() > 2) {
            throw new MalformedDerException("algorithm of " + parts.size() + " parts");
        }
        String oid = parts.getFirst().objectIdentifier();
        if (oid.equals(RSASSA_PSS)) {
            return parts.size() == 2 ? pss(parts.getLast()) : Optional.empty();
        }
        // RFC 4055 §5: NULL, and absent must be accepted too.
        if (RSA.containsKey(oid) && (parts.size() == 1 || parts.getLast().tag() == Der.NULL)) {
            return Optional.of(new SignatureAlgorithm(RSA.get(oid), Optional.empty()));
        }
        // RFC 5758 §3.2 and RFC 8410 §3: absent.
        return parts.size() == 1
                ? Optional.ofNullable(WITHOUT_PARAMETERS.get(oid))
                        .map(name -> new SignatureAlgorithm(name, Optional.empty()))
                : Optional.empty();
    }

    /** Dotted number, for a message. */
    static String oid(DerElement identifier) throws MalformedDerException {
        return identifier.children().getFirst().objectIdentifier();
    }

    private static Optional<SignatureAlgorithm> pss(DerElement encoded) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded.encoded());
            PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
            boolean safe =
                    Integer.valueOf(spec.getSaltLength())
                                    .equals(PSS_DIGESTS.get(spec.getDigestAlgorithm()))
                            && spec.getMGFParameters() instanceof MGF1ParameterSpec mask
                            && mask.getDigestAlgorithm().equals(spec.getDigestAlgorithm())
                            && spec.getTrailerField() == PSSParameterSpec.TRAILER_FIELD_BC;
            return safe
                    ? Optional.of(new SignatureAlgorithm("RSASSA-PSS", Optional.of(spec)))
                    : Optional.empty();
        } catch (GeneralSecurityException | IOException _) {
            // Parameters that cannot be read are not safe ones.
            return Optional.empty();
        }
    }
}

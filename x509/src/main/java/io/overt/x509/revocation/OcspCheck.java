package io.overt.x509.revocation;

import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.RevocationAnswer.Why;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.ResponseData;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x509.Extensions;
import org.jspecify.annotations.Nullable;

/**
 * What an OCSP response says about a certificate, by RFC 6960.
 *
 * <p>Supported are responses by the certificate's issuer itself, and by a responder that the same
 * key issued a certificate for OCSP signing to. A locally configured responder (RFC 6960 §4.2.2.2,
 * first case) is not.
 */
public final class OcspCheck {
    /** Larger responses are not read. Real ones have 300 bytes to 4 kB. */
    public static final int MAX_BYTES = 64 * 1024;

    /**
     * How long a response without nextUpdate counts: RFC 6960 §4.2.2.1 means by it that newer
     * information is to be had any time. As Firefox has it.
     */
    private static final Duration WITHOUT_NEXT_UPDATE = Duration.ofHours(24);

    private static final String[] STATUS = {
        "successful",
        "malformedRequest",
        "internalError",
        "tryLater",
        "4",
        "sigRequired",
        "unauthorized"
    };

    private static final int GOOD = 0;
    private static final int REVOKED = 1;

    /**
     * Evaluates a response. Takes two signature verifications at most.
     *
     * @param response DER
     * @param at the only clock there is
     */
    public static RevocationAnswer check(byte[] response, IssuedCertificate about, Instant at) {
        try {
            return evaluate(response, about, at);
        } catch (UnusableException e) {
            return e.answer();
        } catch (RuntimeException e) {
            // BouncyCastle refuses what it cannot read by all kinds of exceptions.
            return UnusableException.malformed("OCSP response: " + e).answer();
        }
    }

    private static RevocationAnswer evaluate(byte[] encoded, IssuedCertificate about, Instant at)
            throws UnusableException {
        if (encoded.length > MAX_BYTES) {
            throw new UnusableException(
                    Why.TOO_LARGE,
                    "OCSP response: "
                            + encoded.length
                            + " bytes (expected: at most "
                            + MAX_BYTES
                            + ")");
        }
        ASN1Sequence basic = basic(encoded);
        BasicOCSPResponse response = BasicOCSPResponse.getInstance(basic);
        ResponseData data = response.getTbsResponseData();
        if (!data.getVersion().hasValue(0)) {
            throw UnusableException.malformed("OCSP response version (expected: 1)");
        }
        // Not what was made of it: only what was sent has been signed.
        byte[] signed = encoded(basic.getObjectAt(0).toASN1Primitive());
        ResponderCheck.check(response, signed, about, at);
        noCritical(data.getResponseExtensions());
        Instant producedAt = instant(data.getProducedAt());
        if (producedAt.isAfter(at.plus(Timeliness.CLOCK_SKEW))) {
            throw new UnusableException(
                    Why.NOT_YET_VALID, "producedAt " + producedAt + ", not yet at " + at);
        }
        Optional<RevocationAnswer> best = Optional.empty();
        for (var element : data.getResponses()) {
            SingleResponse single = SingleResponse.getInstance(element);
            if (CertId.names(single.getCertID(), about)) {
                RevocationAnswer answer = answer(single, at);
                if (best.isEmpty() || isWorse(answer, best.get())) {
                    best = Optional.of(answer);
                }
            }
        }
        return best.orElseThrow(
                () ->
                        new UnusableException(
                                Why.OUT_OF_SCOPE, "OCSP response for other certificates"));
    }

    /**
     * Where a response answers twice, the answer that is worse for the certificate counts; one that
     * may be believed before one that may not.
     */
    private static boolean isWorse(RevocationAnswer answer, RevocationAnswer than) {
        return rank(answer) > rank(than);
    }

    private static int rank(RevocationAnswer answer) {
        return switch (answer) {
            case Unusable(Why why, _) when why == Why.STATUS_UNKNOWN -> 2;
            case Unusable _ -> 0;
            case Good _ -> 1;
            case Revoked _ -> 3;
        };
    }

    private static RevocationAnswer answer(SingleResponse single, Instant at) {
        try {
            noCritical(single.getSingleExtensions());
            Instant thisUpdate = instant(single.getThisUpdate());
            Instant nextUpdate =
                    single.getNextUpdate() == null
                            ? thisUpdate.plus(WITHOUT_NEXT_UPDATE)
                            : instant(single.getNextUpdate());
            Timeliness.check(thisUpdate, nextUpdate, at);
            CertStatus status = single.getCertStatus();
            return switch (status.getTagNo()) {
                case GOOD -> new Good(nextUpdate);
                case REVOKED -> revoked(RevokedInfo.getInstance(status.getStatus()));
                default -> new Unusable(Why.STATUS_UNKNOWN, "responder says unknown");
            };
        } catch (UnusableException e) {
            return e.answer();
        }
    }

    private static Revoked revoked(RevokedInfo info) throws UnusableException {
        Optional<CrlReason> reason =
                info.getRevocationReason() == null
                        ? Optional.empty()
                        : CrlReason.of(info.getRevocationReason().getValue().intValueExact());
        return new Revoked(instant(info.getRevocationTime()), reason);
    }

    private static ASN1Sequence basic(byte[] encoded) throws UnusableException {
        ASN1Sequence outer = ASN1Sequence.getInstance(der(encoded));
        OCSPResponse response = OCSPResponse.getInstance(outer);
        int status = response.getResponseStatus().getIntValue();
        if (status != 0) {
            throw new UnusableException(
                    Why.RESPONDER_ERROR,
                    "responder says "
                            + (status < STATUS.length ? STATUS[status] : String.valueOf(status)));
        }
        ResponseBytes bytes = response.getResponseBytes();
        if (bytes == null || !isTagged(outer, 1)) {
            throw UnusableException.malformed("successful OCSP response without a response");
        }
        if (!bytes.getResponseType().equals(OCSPObjectIdentifiers.id_pkix_ocsp_basic)) {
            throw new UnusableException(
                    Why.UNSUPPORTED, "response type " + bytes.getResponseType());
        }
        ASN1Sequence inner = ASN1Sequence.getInstance(der(bytes.getResponse().getOctets()));
        if (inner.size() > 3 && !isTagged(inner, 3)) {
            throw UnusableException.malformed("certs (expected: [0])");
        }
        return inner;
    }

    /** BouncyCastle takes any tag for the only one that there is. */
    private static boolean isTagged(ASN1Sequence sequence, int index) {
        return ASN1TaggedObject.getInstance(sequence.getObjectAt(index)).hasContextTag(0);
    }

    /**
     * Only DER, to the byte: what was signed is encoded again from what was read, and has to be the
     * same.
     */
    private static ASN1Primitive der(byte[] encoded) throws UnusableException {
        try {
            ASN1Primitive read = ASN1Primitive.fromByteArray(encoded);
            if (read != null && Arrays.equals(encoded, read.getEncoded(ASN1Encoding.DER))) {
                return read;
            }
        } catch (IOException e) {
            throw UnusableException.malformed("OCSP response: " + e.getMessage());
        }
        throw UnusableException.malformed("OCSP response is not DER");
    }

    static byte[] encoded(ASN1Object object) throws UnusableException {
        try {
            return object.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw UnusableException.malformed("OCSP response: " + e.getMessage());
        }
    }

    /** RFC 6960 §4.4 has no extension that is critical in a response. */
    private static void noCritical(@Nullable Extensions extensions) throws UnusableException {
        if (extensions != null && extensions.hasAnyCriticalExtensions()) {
            throw new UnusableException(Why.RULE_BROKEN, "critical extension in a response");
        }
    }

    private static Instant instant(ASN1GeneralizedTime time) throws UnusableException {
        try {
            return time.getDate().toInstant();
        } catch (ParseException e) {
            throw UnusableException.malformed("time " + time.getTimeString());
        }
    }

    private OcspCheck() {}
}

package io.overt.signer.issue;

import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_EPOCH_NOT_CURRENT;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_ISSUER_NOT_ACTIVE;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_NOT_MIRRORABLE;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_PROFILE_UNKNOWN;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_REVOKED;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_TBS_DIFFERS;
import static io.overt.proto.failure.v1.RefusalReason.REFUSAL_REASON_UPSTREAM_NOT_VERIFIED;

import com.google.protobuf.ByteString;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuerTrust;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.Mirroring;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TbsCertificateDer;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.Verdict;
import io.overt.x509.VerifiedUpstream;
import io.overt.x509.lint.LeafTerms;
import io.overt.x509.lint.LintedTbs;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The checks of a forge request, in the order of DESIGN.md section 8, cheap ones first. The edge is
 * not believed: the chain is verified here, the TBS derived here, and the edge's own compared with
 * it byte for byte. What an edge that was taken over can get is a leaf that mirrors a really valid
 * certificate, for its own site's key, under a name that is not on the never-forge list; and by the
 * issuer that nobody trusts one that mirrors anything else.
 *
 * <p>Thread-safe. Takes a millisecond of CPU and more, and blocks on the register.
 */
public final class ForgeChecks {

    private final Map<CertificateFingerprint, Issuer> issuers;
    private final InForce inForce;
    private final ChainVerifier verifier;
    private final LeafKeyRegister register;
    private final EpochWindow epochs;
    private final InstantSource clock;
    private final LintGate lint;
    private final Set<PublicKey> ownKeys;

    /**
     * Everything here but the rules and the issuers' states is fixed for the life of the process.
     *
     * @param ownKeys of CAs and logs of ours, beside those of the issuers: no leaf carries one
     */
    public ForgeChecks(
            Map<CertificateFingerprint, Issuer> issuers,
            InForce inForce,
            ChainVerifier verifier,
            LeafKeyRegister register,
            EpochWindow epochs,
            InstantSource clock,
            LintGate lint,
            Set<PublicKey> ownKeys) {
        this.issuers = Map.copyOf(issuers);
        this.inForce = inForce;
        this.verifier = verifier;
        this.register = register;
        this.epochs = epochs;
        this.clock = clock;
        this.lint = lint;
        this.ownKeys =
                Stream.concat(
                                ownKeys.stream(),
                                issuers.values().stream()
                                        .flatMap(
                                                issuer ->
                                                        Stream.concat(
                                                                Stream.of(
                                                                        issuer.ca().certificate()),
                                                                issuer.chain().stream()))
                                        .map(X509Certificate::getPublicKey))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** What can be told without any work: sizes, and fields that must be there. */
    void requireShape(ForgeRequest request) throws RefusedException {
        require(
                !request.getTbs().isEmpty()
                        && request.getTbs().size() <= PresentedChain.MAX_CERTIFICATE_BYTES,
                "tbs",
                "%d bytes (expected: 1 to %d)"
                        .formatted(request.getTbs().size(), PresentedChain.MAX_CERTIFICATE_BYTES));
        int chain = request.getUpstreamChainCount();
        require(
                chain >= 1 && chain <= PresentedChain.MAX_CERTIFICATES,
                "upstream_chain",
                "%d certificates (expected: 1 to %d)"
                        .formatted(chain, PresentedChain.MAX_CERTIFICATES));
        require(
                !request.getServerName().isEmpty()
                        && request.getServerName().length() <= MAX_NAME_LENGTH,
                "server_name",
                "%d characters (expected: 1 to %d)"
                        .formatted(request.getServerName().length(), MAX_NAME_LENGTH));
        require(
                request.getIssuerSha256().size() == 32,
                "issuer_sha256",
                "%d bytes (expected: 32)".formatted(request.getIssuerSha256().size()));
        // uint32 on the wire; an epoch that is negative here is one of a far future there.
        require(request.getEpoch() >= 0, "epoch", "over 2^31 - 1");
    }

    /** Of the issuer that the request names; one that is not known here counts as trusted. */
    IssuerTrust namedTrust(ForgeRequest request) {
        Issuer issuer =
                issuers.get(
                        CertificateFingerprint.ofSha256(request.getIssuerSha256().toByteArray()));
        return issuer == null ? IssuerTrust.TRUSTED : issuer.ca().trust();
    }

    /**
     * For a certificate that is already signed: the list may have grown since, and what it stands
     * on may have been revoked.
     */
    void requireStillForged(X509Certificate certificate) throws RefusedException {
        Rules rules = inForce.now();
        requireNotListed(rules, certificate);
        requireNotRevoked(rules, LeafKeyDigest.of(certificate.getPublicKey()));
        for (Issuer issuer : issuers.values()) {
            if (isBy(issuer, certificate)) {
                requireStillGood(rules, issuer, certificate);
            }
        }
    }

    private static void requireStillGood(Rules rules, Issuer issuer, X509Certificate certificate)
            throws RefusedException {
        CertificateFingerprint fingerprint = issuer.ca().fingerprint();
        if (issuer.state() == IssuerState.RETIRED) {
            throw notActive(fingerprint, issuer.state().toString());
        }
        if (rules.revocations()
                .revoked(
                        new Revocations.CertificateName(
                                fingerprint, certificate.getSerialNumber()))) {
            throw new RefusedException(
                    REFUSAL_REASON_REVOKED,
                    "certificate",
                    "serial number %x was revoked".formatted(certificate.getSerialNumber()));
        }
    }

    /** By name and key: in a roll-over two issuers may have one name. */
    private static boolean isBy(Issuer issuer, X509Certificate certificate) {
        byte[] authority = certificate.getExtensionValue("2.5.29.35"); // RFC 5280 §4.2.1.1
        byte[] key = issuer.ca().keyIdentifier();
        return issuer.ca()
                        .certificate()
                        .getSubjectX500Principal()
                        .equals(certificate.getIssuerX500Principal())
                && authority != null
                && authority.length >= key.length
                // The recipe writes a key identifier there and nothing after it.
                && Arrays.equals(
                        authority,
                        authority.length - key.length,
                        authority.length,
                        key,
                        0,
                        key.length);
    }

    /** All the rest; {@link #requireShape} has passed. */
    IssuanceToken approve(FleetIdentity caller, ForgeRequest request)
            throws RefusedException, IndexException {
        Rules rules = inForce.now();
        MirrorProfile profile = profile(rules, request);
        Issuer issuer = issuer(request);
        LeafPublicKey key = leafKey(request);
        requireNotRevoked(rules, LeafKeyDigest.of(key));
        Epoch epoch = new Epoch(request.getEpoch());
        requireCurrent(epoch);
        if (!register.enrolled(caller.site(), epoch, key)) {
            throw new RefusedException(
                    REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED,
                    "public_key",
                    "%s is not enrolled for site %s and epoch %d"
                            .formatted(key, caller.site(), epoch.number()));
        }
        ReferenceIdentity name = serverName(request);
        if (rules.neverForged().hit(name)) {
            throw neverForged(name.text());
        }
        PresentedChain chain = chain(request);
        Mirroring mirroring =
                switch (issuer.ca().trust()) {
                    case TRUSTED -> {
                        VerifiedUpstream upstream = verified(chain, name);
                        requireNotListed(rules, upstream.leaf());
                        yield MirrorRecipe.derive(upstream, key, issuer.ca(), profile, epoch);
                    }
                    case UNTRUSTED -> {
                        UntrustedUpstream upstream = distrusted(chain, name);
                        requireNotListed(rules, upstream.leaf());
                        yield MirrorRecipe.derive(upstream, key, issuer.ca(), profile, epoch);
                    }
                };
        TbsCertificateDer derived = derived(mirroring);
        requireEqual(derived, request.getTbs());
        LintedTbs linted =
                lint.pass(derived, new LeafTerms(issuer.ca(), profile, key, epoch, ownKeys));
        return new IssuanceToken(
                issuer,
                linted,
                name.text(),
                caller.uri(),
                new IssuanceIndex.Evidence(chain.encoded(), key, profile, epoch));
    }

    private static MirrorProfile profile(Rules rules, ForgeRequest request)
            throws RefusedException {
        Optional<MirrorProfile> profile = rules.profile(request.getProfile());
        if (profile.isEmpty()) {
            throw new RefusedException(
                    REFUSAL_REASON_PROFILE_UNKNOWN,
                    "profile",
                    "'%s' (expected one of: %s)"
                            .formatted(
                                    shortened(request.getProfile()),
                                    rules.profiles().stream()
                                            .map(MirrorProfile::name)
                                            .sorted()
                                            .collect(Collectors.joining(", "))));
        }
        return profile.get();
    }

    private Issuer issuer(ForgeRequest request) throws RefusedException {
        CertificateFingerprint fingerprint =
                CertificateFingerprint.ofSha256(request.getIssuerSha256().toByteArray());
        Issuer issuer = issuers.get(fingerprint);
        if (issuer == null || issuer.state() != IssuerState.ACTIVE) {
            throw notActive(
                    fingerprint, issuer == null ? "not known here" : issuer.state().toString());
        }
        return issuer;
    }

    private static RefusedException notActive(CertificateFingerprint issuer, String what) {
        return new RefusedException(
                REFUSAL_REASON_ISSUER_NOT_ACTIVE,
                "issuer_sha256",
                "%s is %s (expected: an active issuer)".formatted(issuer, what));
    }

    private LeafPublicKey leafKey(ForgeRequest request) throws RefusedException {
        try {
            return new LeafPublicKey(request.getPublicKey().toByteArray());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                    "public_key",
                    String.valueOf(e.getMessage()));
        }
    }

    private void requireCurrent(Epoch epoch) throws RefusedException {
        if (!epochs.signs(epoch, clock.instant())) {
            throw new RefusedException(
                    REFUSAL_REASON_EPOCH_NOT_CURRENT,
                    "epoch",
                    "%d (expected: %d)"
                            .formatted(epoch.number(), epochs.oldest(clock.instant()).number()));
        }
    }

    private static ReferenceIdentity serverName(ForgeRequest request) throws RefusedException {
        return ReferenceIdentity.parse(request.getServerName())
                .orElseThrow(
                        () ->
                                new RefusedException(
                                        REFUSAL_REASON_MALFORMED_REQUEST,
                                        "server_name",
                                        "'%s' (expected: a DNS name in A-label form, or an IP address)"
                                                .formatted(shortened(request.getServerName()))));
    }

    private static PresentedChain chain(ForgeRequest request) throws RefusedException {
        try {
            return PresentedChain.parse(
                    request.getUpstreamChainList().stream().map(ByteString::toByteArray).toList());
        } catch (CertificateException e) {
            throw new RefusedException(
                    REFUSAL_REASON_MALFORMED_REQUEST,
                    "upstream_chain",
                    String.valueOf(e.getMessage()));
        }
    }

    private VerifiedUpstream verified(PresentedChain chain, ReferenceIdentity name)
            throws RefusedException {
        return switch (verifier.verify(chain, name, clock.instant())) {
            case Verdict.Verified(VerifiedUpstream upstream) -> upstream;
            case Verdict.Untrusted untrusted ->
                    throw new RefusedException(
                            REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                            untrusted.reasons().getFirst().kind().name(),
                            oneLine(untrusted.reasons()));
        };
    }

    /**
     * For the issuer that nobody trusts the caller's word is enough that a chain is not good: an
     * edge may have its own anchors, its own clock, or know of a revocation. What it can get by
     * lying is a leaf that no client takes. What is wrong by our own verdict must be such that a
     * leaf can show it.
     */
    private UntrustedUpstream distrusted(PresentedChain chain, ReferenceIdentity name)
            throws RefusedException {
        Instant now = clock.instant();
        List<UntrustedReason> reasons =
                switch (verifier.verify(chain, name, now)) {
                    case Verdict.Verified _ ->
                            List.of(
                                    new UntrustedReason(
                                            UntrustedReason.Kind.NO_VALID_PATH,
                                            "by the caller's verdict, not by ours"));
                    case Verdict.Untrusted(List<UntrustedReason> found) -> found;
                };
        Optional<UntrustedUpstream> upstream = UntrustedUpstream.of(chain, name, now, reasons);
        if (upstream.isEmpty()) {
            throw new RefusedException(
                    REFUSAL_REASON_NOT_MIRRORABLE,
                    reasons.getFirst().kind().name(),
                    "not shown by a leaf, trusted or not: " + oneLine(reasons));
        }
        return upstream.get();
    }

    private static String oneLine(List<UntrustedReason> reasons) {
        return reasons.stream()
                .map(reason -> reason.kind() + ": " + reason.detail())
                .collect(Collectors.joining("; "));
    }

    private static TbsCertificateDer derived(Mirroring mirroring) throws RefusedException {
        return switch (mirroring) {
            case Mirroring.Mirrored(TbsCertificateDer tbs) -> tbs;
            case Mirroring.NotMirrorable(Mirroring.Reason reason, String detail) ->
                    throw new RefusedException(
                            REFUSAL_REASON_NOT_MIRRORABLE, reason.name(), detail);
        };
    }

    private static void requireEqual(TbsCertificateDer derived, ByteString sent)
            throws RefusedException {
        if (sent.equals(ByteString.copyFrom(derived.der()))) {
            return;
        }
        String field;
        String detail;
        try {
            field =
                    derived.firstDifference(TbsCertificateDer.parse(sent.toByteArray()))
                            .orElse("encoding");
            detail = "the TBS that was sent is not the one that its evidence yields";
        } catch (CertificateException e) {
            field = "encoding";
            detail = "the TBS that was sent is not DER: " + e.getMessage();
        }
        throw new RefusedException(REFUSAL_REASON_TBS_DIFFERS, field, detail);
    }

    private static void requireNotRevoked(Rules rules, LeafKeyDigest key) throws RefusedException {
        if (rules.revocations().revoked(key)) {
            throw new RefusedException(
                    REFUSAL_REASON_REVOKED, "public_key", "leaf key " + key + " was revoked");
        }
    }

    private static void requireNotListed(Rules rules, X509Certificate certificate)
            throws RefusedException {
        Optional<String> hit;
        try {
            hit = rules.neverForged().hit(certificate);
        } catch (CertificateParsingException e) {
            throw new RefusedException(
                    REFUSAL_REASON_NOT_MIRRORABLE,
                    "subjectAltName",
                    "cannot be read: " + e.getMessage());
        }
        if (hit.isPresent()) {
            throw neverForged(hit.get());
        }
    }

    private static RefusedException neverForged(String name) {
        return new RefusedException(
                REFUSAL_REASON_NAME_NEVER_FORGED, name, name + " is on the never-forge list");
    }

    private static void require(boolean holds, String field, String otherwise)
            throws RefusedException {
        if (!holds) {
            throw new RefusedException(REFUSAL_REASON_MALFORMED_REQUEST, field, otherwise);
        }
    }

    /** What a caller sent, for a message to it and to the log. */
    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** RFC 1035 §2.3.4, with the dot that may end a name. */
    private static final int MAX_NAME_LENGTH = 254;
}

package io.overt.signer.monitor;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Evidence;
import io.overt.proto.log.v1.Trust;
import io.overt.proto.signer.v1.Issuer;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.EntryRules.StandingIssuer;
import io.overt.signer.log.Finding;
import io.overt.signer.log.Finding.Kind;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.Epoch;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.MirrorProfile;
import io.overt.x509.MirrorRecipe;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.Verdict;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges an intent by its evidence, as the signer had to: derives the TBS again, verifies the
 * upstream's chain by the monitor's own anchors at the entry's time, and looks its names up in the
 * watch list. Confined to one thread.
 */
final class EvidenceCheck {

    private final Optional<TrustAnchors> anchors;
    private final NeverForged watched;
    private final List<Finding> findings;
    private final List<X509Certificate> ownCas = new ArrayList<>();

    /** For the CAs of ours that were met so far; null until it is needed. */
    private @Nullable BoundedChainVerifier verifier;

    /**
     * A check.
     *
     * @param anchors the monitor's own; without them chains are not verified
     * @param watched names that somebody wants to know of
     */
    EvidenceCheck(Optional<TrustAnchors> anchors, NeverForged watched, List<Finding> findings) {
        this.anchors = anchors;
        this.watched = watched;
        this.findings = findings;
    }

    void judge(long index, Instant at, StandingIssuer issuer, Evidence evidence) {
        String where = "entry " + index;
        try {
            derive(where, issuer, evidence);
            PresentedChain chain =
                    PresentedChain.parse(
                            evidence.getUpstreamChainList().stream()
                                    .map(ByteString::toByteArray)
                                    .toList());
            ReferenceIdentity name =
                    ReferenceIdentity.parse(evidence.getServerName())
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "server name '%s' (expected: a DNS name or an IP address)"
                                                            .formatted(evidence.getServerName())));
            watch(where, name, chain);
            if (issuer.standing().getTrust() == Trust.TRUST_TRUSTED) {
                chain(where, at, issuer, evidence, chain, name);
            }
        } catch (CertificateException | IllegalArgumentException e) {
            findings.add(new Finding(Kind.ENTRY, where, "evidence: " + e.getMessage()));
        }
    }

    private void derive(String where, StandingIssuer issuer, Evidence evidence) {
        Optional<byte[]> derived =
                MirrorRecipe.digest(
                        evidence.getUpstreamChain(0).toByteArray(),
                        new LeafPublicKey(evidence.getPublicKey().toByteArray()),
                        ca(issuer),
                        profile(evidence.getProfile()),
                        new Epoch(evidence.getEpoch()));
        if (derived.isEmpty()) {
            findings.add(
                    new Finding(
                            Kind.TBS_DIFFERS, where, "the recipe makes nothing of this evidence"));
        } else if (!Arrays.equals(derived.get(), evidence.getTbsSha256().toByteArray())) {
            findings.add(
                    new Finding(
                            Kind.TBS_DIFFERS,
                            where,
                            "TBS %s was announced (expected: %s, which the evidence for %s yields)"
                                    .formatted(
                                            HexFormat.of()
                                                    .formatHex(
                                                            evidence.getTbsSha256().toByteArray()),
                                            HexFormat.of().formatHex(derived.get()),
                                            evidence.getServerName())));
        }
    }

    private void watch(String where, ReferenceIdentity name, PresentedChain chain)
            throws CertificateException {
        // What a client gets serves every name of the upstream's leaf, not only what was asked for.
        Optional<String> hit =
                watched.hit(name) ? Optional.of(name.text()) : watched.hit(chain.leaf());
        hit.ifPresent(
                listed ->
                        findings.add(
                                new Finding(
                                        Kind.WATCHED_NAME,
                                        where,
                                        "%s is watched; asked for as %s"
                                                .formatted(listed, name.text()))));
    }

    private void chain(
            String where,
            Instant at,
            StandingIssuer issuer,
            Evidence evidence,
            PresentedChain chain,
            ReferenceIdentity name) {
        if (anchors.isEmpty()) {
            return;
        }
        if (evidence.getLeftOutSha256Count() > 0) {
            findings.add(
                    new Finding(
                            Kind.NOT_CHECKABLE,
                            where,
                            "%d certificates of the chain of %s had no room"
                                    .formatted(evidence.getLeftOutSha256Count(), name.text())));
            return;
        }
        switch (verifier(anchors.get(), issuer.certificate()).verify(chain, name, at)) {
            case Verdict.Verified _ -> {}
            case Verdict.Untrusted(List<UntrustedReason> reasons) ->
                    findings.add(
                            new Finding(
                                    Kind.UNTRUSTED_CHAIN,
                                    where,
                                    "the chain of %s, mirrored as trusted: %s"
                                            .formatted(
                                                    name.text(),
                                                    reasons.stream()
                                                            .map(
                                                                    each ->
                                                                            each.kind()
                                                                                    + ": "
                                                                                    + each.detail())
                                                            .collect(Collectors.joining("; ")))));
        }
    }

    /** Our own CAs vouch for no upstream. */
    private BoundedChainVerifier verifier(TrustAnchors given, X509Certificate issuer) {
        BoundedChainVerifier ready = verifier;
        if (ready == null || !ownCas.contains(issuer)) {
            ownCas.add(issuer);
            ready = new BoundedChainVerifier(given.refusing(ownCas));
            verifier = ready;
        }
        return ready;
    }

    private static IssuingCa ca(StandingIssuer issuer) {
        Issuer told = issuer.standing().getIssuer();
        return new IssuingCa(
                issuer.certificate(),
                told.getCrlUrlsList(),
                told.getCaIssuersUrlsList(),
                switch (issuer.standing().getTrust()) {
                    case TRUST_TRUSTED -> IssuerTrust.TRUSTED;
                    case TRUST_UNTRUSTED -> IssuerTrust.UNTRUSTED;
                    case TRUST_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "issuer " + issuer.name() + ": trusted or not is not said");
                });
    }

    private static MirrorProfile profile(io.overt.proto.signer.v1.Profile told) {
        return new MirrorProfile(
                told.getName(),
                switch (told.getRecipe()) {
                    case RECIPE_MIRROR -> Recipe.MIRROR;
                    case RECIPE_STRICT -> Recipe.STRICT;
                    case RECIPE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "profile " + told.getName() + ": a recipe that is not known");
                },
                told.getOrganisation(),
                told.getNoticeUrl(),
                Duration.ofSeconds(told.getMaxLifetime().getSeconds()),
                Duration.ofSeconds(told.getEpochLength().getSeconds()),
                Duration.ofSeconds(told.getEpochGrace().getSeconds()));
    }
}

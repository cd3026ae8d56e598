package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.overt.edge.forge.KnownIssuer.State;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.Issuer;
import io.overt.proto.signer.v1.Profile;
import io.overt.x509.IssuerTrust;
import io.overt.x509.IssuingCa;
import io.overt.x509.MirrorProfile;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a signer says of itself, read. An issuer or profile of a kind that this edge does not know
 * is left out and named in {@code problems}: a newer signer serves older edges with what both know.
 *
 * @param issuers of both kinds, active ones first in each, as sent
 * @param profiles by their names
 * @param problems what was left out, for the log
 */
record SignerDescription(
        List<KnownIssuer> issuers, List<MirrorProfile> profiles, List<String> problems) {

    SignerDescription {
        issuers = List.copyOf(issuers);
        profiles = List.copyOf(profiles);
        problems = List.copyOf(problems);
    }

    static SignerDescription of(DescribeResponse response) {
        List<KnownIssuer> issuers = new ArrayList<>();
        List<MirrorProfile> profiles = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        read(response.getIssuersList(), IssuerTrust.TRUSTED, issuers, problems);
        read(response.getUntrustedIssuersList(), IssuerTrust.UNTRUSTED, issuers, problems);
        for (Profile profile : response.getProfilesList()) {
            try {
                profiles.add(profile(profile));
            } catch (IllegalArgumentException e) {
                problems.add("profile \"" + profile.getName() + "\": " + e.getMessage());
            }
        }
        return new SignerDescription(issuers, profiles, problems);
    }

    private static void read(
            List<Issuer> sent,
            IssuerTrust trust,
            List<KnownIssuer> issuers,
            List<String> problems) {
        for (Issuer issuer : sent) {
            try {
                issuers.add(issuer(issuer, trust));
            } catch (CertificateException | IllegalArgumentException e) {
                problems.add("issuer " + issuers.size() + ": " + e.getMessage());
            }
        }
    }

    Optional<MirrorProfile> profile(String name) {
        return profiles.stream().filter(profile -> profile.name().equals(name)).findFirst();
    }

    /** The issuer of this kind that new leaves are asked from. */
    Optional<KnownIssuer> active(IssuerTrust trust) {
        return issuers.stream()
                .filter(issuer -> issuer.ca().trust() == trust)
                .filter(issuer -> issuer.state() == State.ACTIVE)
                .findFirst();
    }

    private static KnownIssuer issuer(Issuer issuer, IssuerTrust trust)
            throws CertificateException {
        List<byte[]> ders =
                Stream.concat(Stream.of(issuer.getCertificate()), issuer.getChainList().stream())
                        .map(ByteString::toByteArray)
                        .toList();
        List<X509Certificate> certificates = PresentedChain.parse(ders).certificates();
        return new KnownIssuer(
                new IssuingCa(
                        certificates.getFirst(),
                        issuer.getCrlUrlsList(),
                        issuer.getCaIssuersUrlsList(),
                        trust),
                certificates.subList(1, certificates.size()),
                switch (issuer.getState()) {
                    case ISSUER_STATE_STAGED -> State.STAGED;
                    case ISSUER_STATE_ACTIVE -> State.ACTIVE;
                    case ISSUER_STATE_RETIRING -> State.RETIRING;
                    case ISSUER_STATE_RETIRED, ISSUER_STATE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("state " + issuer.getStateValue());
                });
    }

    private static MirrorProfile profile(Profile profile) {
        return new MirrorProfile(
                profile.getName(),
                switch (profile.getRecipe()) {
                    case RECIPE_MIRROR -> Recipe.MIRROR;
                    case RECIPE_STRICT -> Recipe.STRICT;
                    case RECIPE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "recipe " + profile.getRecipeValue());
                },
                profile.getOrganisation(),
                profile.getNoticeUrl(),
                duration(profile.getMaxLifetime()),
                duration(profile.getEpochLength()),
                duration(profile.getEpochGrace()));
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }
}

package io.overt.signer.issue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.overt.proto.signer.v1.DescribeResponse;
import io.overt.proto.signer.v1.IssuerState;
import io.overt.proto.signer.v1.Profile;
import io.overt.proto.signer.v1.Recipe;
import io.overt.x509.MirrorProfile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** Issuers and profiles as edges are told them, and as the log keeps them. */
public final class Described {

    private Described() {}

    /** An issuer as it is now. */
    public static io.overt.proto.signer.v1.Issuer issuer(Issuer issuer) {
        io.overt.proto.signer.v1.Issuer.Builder described =
                io.overt.proto.signer.v1.Issuer.newBuilder()
                        .setCertificate(der(issuer.ca().certificate()))
                        .setState(
                                switch (issuer.state()) {
                                    case STAGED -> IssuerState.ISSUER_STATE_STAGED;
                                    case ACTIVE -> IssuerState.ISSUER_STATE_ACTIVE;
                                    case RETIRING -> IssuerState.ISSUER_STATE_RETIRING;
                                    case RETIRED -> IssuerState.ISSUER_STATE_RETIRED;
                                })
                        .addAllCrlUrls(issuer.ca().crlUrls())
                        .addAllCaIssuersUrls(issuer.ca().caIssuersUrls());
        issuer.chain().forEach(certificate -> described.addChain(der(certificate)));
        return described.build();
    }

    /** A profile. */
    public static Profile profile(MirrorProfile profile) {
        return Profile.newBuilder()
                .setName(profile.name())
                .setRecipe(
                        switch (profile.recipe()) {
                            case MIRROR -> Recipe.RECIPE_MIRROR;
                            case STRICT -> Recipe.RECIPE_STRICT;
                        })
                .setOrganisation(profile.organisation())
                .setNoticeUrl(profile.noticeUrl())
                .setMaxLifetime(seconds(profile.maxLifetime()))
                .setEpochLength(seconds(profile.epochLength()))
                .setEpochGrace(seconds(profile.epochGrace()))
                .build();
    }

    /** Another value for another description: what edges compare, to know when to ask anew. */
    public static ByteString digest(DescribeResponse described) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(described.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whole seconds: a {@link MirrorProfile} takes nothing finer. */
    private static Duration seconds(java.time.Duration duration) {
        return Duration.newBuilder().setSeconds(duration.toSeconds()).build();
    }

    private static ByteString der(X509Certificate certificate) {
        try {
            return ByteString.copyFrom(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }
}

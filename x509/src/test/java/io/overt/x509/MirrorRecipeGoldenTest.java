package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.overt.x509.GoldenVectors.Issuer;
import io.overt.x509.GoldenVectors.Vector;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the recipe makes of certificates shaped like those of real sites, byte for byte.
 *
 * <p>A changed golden file is a change of the wire: a signer and an edge on either side of it do
 * not agree on one TBS any more, and {@link ForgeKey}'s domain has to change with it. After a
 * change that is meant, regenerate with {@code mvn -pl x509 -am test -Dtest=MirrorRecipeGoldenTest
 * -Dovert.golden.regenerate=true} and review the listings beside the DER.
 */
class MirrorRecipeGoldenTest {
    private static final boolean REGENERATE = Boolean.getBoolean("overt.golden.regenerate");

    static Stream<Arguments> vectors() {
        return GoldenVectors.vectors().stream()
                .flatMap(
                        vector ->
                                Stream.of(Recipe.values())
                                        .map(
                                                recipe ->
                                                        Arguments.of(
                                                                vector.name(),
                                                                recipe,
                                                                vector.issuer())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("vectors")
    void the_TBS_is_the_golden_one(String name, Recipe recipe, String issuer) throws Exception {
        Mirroring mirroring = derive(name, recipe, issuer);

        Path golden = golden(name, recipe);
        switch (mirroring) {
            case Mirrored(TbsCertificateDer tbs) -> {
                assertThat(DerListing.of(tbs.der())).isEqualTo(Files.readString(text(golden)));
                assertThat(tbs.der()).isEqualTo(Files.readAllBytes(der(golden)));
                ForgedChains.requireClean(
                        tbs,
                        GoldenVectors.siteKey(),
                        issuer(issuer),
                        GoldenVectors.profile(recipe),
                        GoldenVectors.EPOCH);
            }
            case NotMirrorable refused ->
                    assertThat(refused + "\n").isEqualTo(Files.readString(text(golden)));
        }
    }

    @Test
    void the_forge_key_is_the_golden_one() throws Exception {
        X509Certificate upstream = certificate(der(upstream("ec-upstream")));

        assertThat(
                        ForgeKey.of(
                                        upstream,
                                        GoldenVectors.siteKey(),
                                        GoldenVectors.profile(Recipe.MIRROR),
                                        GoldenVectors.EPOCH)
                                .hex())
                .isEqualTo(
                        Files.readString(text(GoldenVectors.DIRECTORY.resolve("forge-key")))
                                .strip());
    }

    @Test
    void golden_files_are_what_the_generator_makes() throws Exception {
        for (Issuer issuer : GoldenVectors.issuers()) {
            X509Certificate certificate =
                    io.overt.testkit.pki.TestAuthority.root(issuer.spec(), GoldenVectors.NOW)
                            .certificate();
            keep(issuerFile(issuer.name()), certificate.getEncoded());
        }
        for (Vector vector : GoldenVectors.vectors()) {
            keep(
                    upstream(vector.name()),
                    GoldenVectors.upstreamCa().issue(vector.upstream()).certificate().getEncoded());
        }
        if (REGENERATE) {
            regenerate();
            fail(
                    "golden files regenerated; review the difference, then run without overt.golden.regenerate");
        }
    }

    private static void regenerate() throws Exception {
        for (Vector vector : GoldenVectors.vectors()) {
            for (Recipe recipe : Recipe.values()) {
                Path golden = golden(vector.name(), recipe);
                Files.deleteIfExists(der(golden));
                Files.writeString(
                        text(golden),
                        switch (derive(vector.name(), recipe, vector.issuer())) {
                            case Mirrored(TbsCertificateDer tbs) -> {
                                Files.write(der(golden), tbs.der());
                                yield DerListing.of(tbs.der());
                            }
                            case NotMirrorable refused -> refused + "\n";
                        });
            }
        }
        ForgeKey key =
                ForgeKey.of(
                        certificate(der(upstream("ec-upstream"))),
                        GoldenVectors.siteKey(),
                        GoldenVectors.profile(Recipe.MIRROR),
                        GoldenVectors.EPOCH);
        Files.writeString(text(GoldenVectors.DIRECTORY.resolve("forge-key")), key.hex() + "\n");
    }

    /** Compares an input with its file, or writes it where inputs are being regenerated. */
    private static void keep(Path file, byte[] der) throws IOException, MalformedDerException {
        if (REGENERATE) {
            Files.createDirectories(file.getParent());
            Files.write(der(file), der);
            Files.writeString(text(file), DerListing.of(der));
        }
        assertThat(der).as("%s", file).isEqualTo(Files.readAllBytes(der(file)));
    }

    private static Mirroring derive(String name, Recipe recipe, String issuer) throws Exception {
        return MirrorRecipe.derive(
                Files.readAllBytes(der(upstream(name))),
                GoldenVectors.siteKey(),
                issuer(issuer),
                GoldenVectors.profile(recipe),
                GoldenVectors.EPOCH);
    }

    private static IssuingCa issuer(String name) throws Exception {
        Issuer urls =
                GoldenVectors.issuers().stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return new IssuingCa(certificate(der(issuerFile(name))), urls.crlUrls(), urls.caUrls());
    }

    private static X509Certificate certificate(Path der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(der)));
    }

    private static Path upstream(String name) {
        return GoldenVectors.DIRECTORY.resolve(name).resolve("upstream");
    }

    private static Path issuerFile(String name) {
        return GoldenVectors.DIRECTORY.resolve("issuers").resolve(name);
    }

    private static Path golden(String name, Recipe recipe) {
        return GoldenVectors.DIRECTORY
                .resolve(name)
                .resolve(recipe.name().toLowerCase(Locale.ROOT) + ".tbs");
    }

    private static Path der(Path file) {
        return file.resolveSibling(file.getFileName() + ".der");
    }

    private static Path text(Path file) {
        return file.resolveSibling(file.getFileName() + ".txt");
    }
}

package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.Mirroring.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A cap of 90 days, epochs of 7 days with 1 day of grace. The epoch is 2026-11-19 to 2026-11-26;
 * the issuer is valid from 2026-01-01 to the last second of 2027.
 */
// checklist 54, 59
class LeafValidityTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest(name = "{0}, {1} to {2} becomes {3} to {4}: {5}")
    @CsvSource({
        "MIRROR, 2026-10-01T00:00:00Z, 2026-12-29T23:59:59Z, 2026-10-01T00:00:00Z, 2026-12-29T23:59:59Z, just within the cap: as upstream",
        "MIRROR, 2026-10-01T00:00:00Z, 2026-12-30T00:00:00Z, 2026-11-18T00:00:00Z, 2026-12-30T00:00:00Z, one second over the cap: from before the epoch",
        "MIRROR, 2026-02-01T00:00:00Z, 2027-10-31T23:59:59Z, 2026-11-18T00:00:00Z, 2027-02-15T23:59:59Z, well over the cap: the cap around the epoch",
        "MIRROR, 2026-11-21T00:00:00Z, 2027-11-21T00:00:00Z, 2026-11-21T00:00:00Z, 2027-02-15T23:59:59Z, renewed within the epoch: not before upstream",
        "MIRROR, 2025-11-24T00:00:00Z, 2026-11-23T23:59:59Z, 2026-11-18T00:00:00Z, 2026-11-23T23:59:59Z, about to expire: not after upstream",
        "MIRROR, 2025-11-01T00:00:00Z, 2026-01-20T23:59:59Z, 2025-11-01T00:00:00Z, 2026-01-20T23:59:59Z, older than the issuer: as upstream",
        "MIRROR, 2027-12-01T00:00:00Z, 2028-02-01T00:00:00Z, 2027-12-01T00:00:00Z, 2027-12-31T23:59:59Z, not after the issuer",
        "STRICT, 2026-10-01T00:00:00Z, 2026-12-29T23:59:59Z, 2026-11-18T00:00:00Z, 2026-11-26T23:59:59Z, the epoch and its grace",
        "STRICT, 2026-11-20T00:00:00Z, 2026-11-24T23:59:59Z, 2026-11-20T00:00:00Z, 2026-11-24T23:59:59Z, within the epoch: as upstream",
        "STRICT, 2000-01-01T00:00:00Z, 2099-01-01T00:00:00Z, 2026-11-18T00:00:00Z, 2026-11-26T23:59:59Z, the cap never makes it longer",
    })
    void validity(
            Recipe recipe,
            Instant notBefore,
            Instant notAfter,
            Instant first,
            Instant last,
            String why)
            throws Exception {
        Mirroring mirroring = derive(recipe, notBefore, notAfter);

        assertThat(mirroring).as(why).isInstanceOf(Mirrored.class);
        TbsFields fields = TbsFields.of(DerElement.parse(((Mirrored) mirroring).tbs().der()));
        assertThat(fields.notBefore().time()).as(why).isEqualTo(first);
        assertThat(fields.notAfter().time()).as(why).isEqualTo(last);
    }

    @ParameterizedTest(name = "{0}, {1} to {2}")
    @CsvSource({
        "MIRROR, 2025-01-01T00:00:00Z, 2025-02-01T00:00:00Z",
        "MIRROR, 2028-01-01T00:00:00Z, 2028-02-01T00:00:00Z",
        "MIRROR, 2026-01-01T00:00:00Z, 2026-11-17T23:59:59Z",
        "MIRROR, 2027-02-16T00:00:00Z, 2027-12-01T00:00:00Z",
        "STRICT, 2026-11-01T00:00:00Z, 2026-11-17T23:59:59Z",
        "STRICT, 2026-11-27T00:00:00Z, 2026-12-30T00:00:00Z",
    })
    void without_a_common_second_there_is_no_leaf(
            Recipe recipe, Instant notBefore, Instant notAfter) {
        assertThat(derive(recipe, notBefore, notAfter))
                .isInstanceOfSatisfying(
                        NotMirrorable.class,
                        refused ->
                                assertThat(refused.reason()).isEqualTo(Reason.NO_COMMON_VALIDITY));
    }

    private static Mirroring derive(Recipe recipe, Instant notBefore, Instant notAfter) {
        TestAuthority issuer =
                TestAuthority.root(
                        CertificateSpec.ca("Inspection CA")
                                .valid(
                                        Instant.parse("2026-01-01T00:00:00Z"),
                                        Instant.parse("2027-12-31T23:59:59Z")),
                        NOW);
        byte[] upstream =
                TestPki.at(NOW)
                        .issue(CertificateSpec.leaf("www.example.com").valid(notBefore, notAfter))
                        .chainDer()
                        .getFirst();
        MirrorProfile profile =
                new MirrorProfile(
                        "p",
                        recipe,
                        "Example Ltd",
                        "https://inspection.example/",
                        Duration.ofDays(90),
                        Duration.ofDays(7),
                        Duration.ofDays(1));
        return MirrorRecipe.derive(
                upstream,
                ForgedChains.freshLeafKey(),
                new IssuingCa(issuer.certificate(), List.of(), List.of()),
                profile,
                Epoch.at(NOW, profile.epochLength()));
    }
}

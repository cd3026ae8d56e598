package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.proto.signer.v1.Profile;
import io.overt.signer.SignerWorld.Edge;
import io.overt.signer.defect.ListedDefect;
import io.overt.signer.defect.ListedDefect.Noticed;
import io.overt.signer.defect.ListedDefects;
import io.overt.testkit.pki.TestIdentity;
import io.overt.x509.Epoch;
import io.overt.x509.IssuingCa;
import io.overt.x509.LeafPublicKey;
import io.overt.x509.PresentedChain;
import io.overt.x509.Recipe;
import io.overt.x509.lint.Defect;
import io.overt.x509.lint.LeafLint;
import io.overt.x509.lint.LeafTerms;
import io.overt.x509.lint.LintRule;
import io.overt.x509.lint.LintVerdict;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever else than the one good TBS an edge sends is refused and costs no signature; and had the
 * derivation gone wrong in the same way, the linter would have noticed, but for what only the
 * evidence can tell.
 */
// checklist 53, 54, 55, 56, 57, 58, 60, 66, 67, 69
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListedDefectsTest {

    private static final String NAME = "www.origin.example";

    private SignerWorld world;
    private Edge edge;
    private TestIdentity upstream;
    private Good mirror;
    private Good strict;
    private List<ListedDefect> defects;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        world = SignerWorld.start(directory);
        edge = world.edge("e1").enrolled();
        upstream = world.upstream(NAME, "origin.example");
        mirror = good(Recipe.MIRROR);
        strict = good(Recipe.STRICT);
        Epoch epoch = SignerWorld.currentEpoch();
        defects =
                ListedDefects.of(
                        SignerWorld.ca(edge.describe().getIssuers(0)).certificate(),
                        epoch.end(SignerWorld.EPOCH),
                        upstream.certificate());
    }

    @AfterAll
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void the_list_is_long_and_no_two_are_the_same() {
        assertThat(defects).hasSizeGreaterThan(150);
        assertThat(defects).extracting(ListedDefect::name).doesNotHaveDuplicates();
        byte[] tbs = strict.request().getTbs().toByteArray();
        assertThat(
                        defects.stream()
                                .map(each -> ByteString.copyFrom(each.made().apply(tbs)))
                                .toList())
                .doesNotHaveDuplicates()
                .doesNotContain(strict.request().getTbs());
    }

    @TestFactory
    Stream<DynamicTest> each_is_refused_through_gRPC_and_nothing_is_signed() {
        return each(
                // Which recipe it was makes no difference to a comparison.
                Recipe.MIRROR,
                (recipe, defect) -> {
                    ForgeRequest request = of(recipe).request();
                    byte[] sent = defect.made().apply(request.getTbs().toByteArray());

                    Refusal refusal =
                            edge.refusedForge(
                                    request.toBuilder().setTbs(ByteString.copyFrom(sent)));

                    assertThat(refusal.getReason())
                            .as(refusal.getDetail())
                            .isEqualTo(RefusalReason.REFUSAL_REASON_TBS_DIFFERS);
                    assertThat(world.signatures()).isZero();
                });
    }

    @TestFactory
    Stream<DynamicTest> each_is_noticed_by_its_rule_or_by_the_comparison_alone() {
        return Stream.of(Recipe.values()).flatMap(each -> each(each, this::assertNoticed));
    }

    private void assertNoticed(Recipe recipe, ListedDefect defect) {
        byte[] made = defect.made().apply(of(recipe).request().getTbs().toByteArray());

        LintVerdict verdict = LeafLint.of(made, terms(recipe));

        switch (defect.noticed(recipe)) {
            case Noticed.ByRule(LintRule rule) -> assertThat(rules(verdict)).contains(rule);
            // A linter that learns one of these makes its reason here untrue.
            case Noticed.ByComparison(String reason) ->
                    assertThat(rules(verdict)).as(reason).isEmpty();
        }
    }

    @Test
    void every_rule_is_broken_by_a_listed_defect() {
        Set<LintRule> broken = EnumSet.noneOf(LintRule.class);
        for (ListedDefect defect : defects) {
            for (Noticed noticed : List.of(defect.mirror(), defect.strict())) {
                if (noticed instanceof Noticed.ByRule(LintRule rule)) {
                    broken.add(rule);
                }
            }
        }
        broken.add(LintRule.SIZE); // by what_is_too_large_is_not_even_looked_at
        assertThat(EnumSet.complementOf(EnumSet.copyOf(broken))).isEmpty();
    }

    @Test
    void what_is_too_large_is_not_even_looked_at() {
        byte[] large = new byte[PresentedChain.MAX_CERTIFICATE_BYTES + 1];

        assertThat(rules(LeafLint.of(large, terms(Recipe.MIRROR)))).containsExactly(LintRule.SIZE);
        for (byte[] tbs : List.of(large, new byte[0])) {
            Refusal refusal =
                    edge.refusedForge(
                            mirror.request().toBuilder().setTbs(ByteString.copyFrom(tbs)));
            assertThat(refusal.getReason())
                    .isEqualTo(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST);
            assertThat(refusal.getSubject()).isEqualTo("tbs");
        }
    }

    @Test
    void the_good_ones_break_no_rule() {
        for (Recipe recipe : Recipe.values()) {
            assertThat(
                            rules(
                                    LeafLint.of(
                                            of(recipe).request().getTbs().toByteArray(),
                                            terms(recipe))))
                    .isEmpty();
        }
    }

    /** What is signed as it is. */
    private record Good(ForgeRequest request, LeafTerms terms) {}

    private interface Check {
        void of(Recipe recipe, ListedDefect defect);
    }

    private Stream<DynamicTest> each(Recipe recipe, Check check) {
        return defects.stream()
                .map(
                        defect ->
                                dynamicTest(
                                        profileName(recipe) + ", " + defect.name(),
                                        () -> check.of(recipe, defect)));
    }

    private LeafTerms terms(Recipe recipe) {
        return of(recipe).terms();
    }

    private Good of(Recipe recipe) {
        return switch (recipe) {
            case MIRROR -> mirror;
            case STRICT -> strict;
        };
    }

    private Good good(Recipe recipe) throws Exception {
        return new Good(
                edge.request(upstream, NAME, profileName(recipe)).build(), described(recipe));
    }

    private LeafTerms described(Recipe recipe) throws Exception {
        Profile profile =
                edge.describe().getProfilesList().stream()
                        .filter(each -> each.getName().equals(profileName(recipe)))
                        .findFirst()
                        .orElseThrow();
        IssuingCa issuer = SignerWorld.ca(edge.describe().getIssuers(0));
        return new LeafTerms(
                issuer,
                SignerWorld.profile(profile),
                LeafPublicKey.of(edge.leafKey.getPublic()),
                SignerWorld.currentEpoch(),
                Set.of(issuer.certificate().getPublicKey()));
    }

    private static List<LintRule> rules(LintVerdict verdict) {
        return switch (verdict) {
            case LintVerdict.Clean _ -> List.of();
            case LintVerdict.Defective(List<Defect> found) ->
                    found.stream().map(Defect::rule).distinct().toList();
        };
    }

    private static String profileName(Recipe recipe) {
        return recipe.name().toLowerCase(Locale.ROOT);
    }
}

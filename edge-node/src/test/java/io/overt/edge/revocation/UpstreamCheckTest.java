package io.overt.edge.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.revocation.UpstreamCheck.Checked;
import io.overt.edge.revocation.UpstreamCheck.Checked.Bad;
import io.overt.edge.revocation.UpstreamCheck.Checked.Good;
import io.overt.edge.revocation.UpstreamCheck.Question;
import io.overt.edge.revocation.UpstreamCheck.Stapled;
import io.overt.edge.transparency.TransparencyCheck;
import io.overt.edge.trust.TrustStore;
import io.overt.edge.trust.VerdictCache;
import io.overt.edge.trust.VerdictCacheConfig;
import io.overt.policy.Cidr;
import io.overt.policy.Revocation;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.CrlSpec;
import io.overt.testkit.pki.OcspSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestLog;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.WebServer;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.TrustAnchors;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.transparency.CertificateLog;
import io.overt.x509.transparency.KnownLogs;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With real fetches from a real web server on loopback, and a clock of the test's own. */
class UpstreamCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String HOST = "www.example.com";

    private volatile Instant clock = NOW;
    private volatile Optional<KnownLogs> logs = Optional.empty();
    private final WebServer web = WebServer.start();
    private final TestAuthority root = TestAuthority.root(CertificateSpec.ca("Root"), NOW);
    private final TestAuthority ca =
            root.subordinate(CertificateSpec.ca("CA").crl(web.url("/root.crl")));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(web));
    private final UpstreamCheck check = check(patient(), SiteShelf.none());

    UpstreamCheckTest() {
        web.serve("/root.crl", root.crl(CrlSpec.at(NOW)));
    }

    @AfterEach
    void close() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    // Where answers come from.

    // checklist 19: the staple is preferred
    @Test
    void a_good_staple_clears_the_leaf_and_nobody_is_asked_about_it() {
        var leaf = leafWithEverything();

        assertGood(
                RevocationStanding.STAPLED_GOOD,
                ask(leaf, ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate())), Revocation.HARD));
        assertThat(web.asked()).containsExactly("GET /root.crl");
    }

    @Test
    void without_a_staple_the_CRL_clears_it() {
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW)));

        assertGood(RevocationStanding.CRL_GOOD, ask(leafWithEverything(), Revocation.HARD));
        assertThat(web.asked()).containsExactlyInAnyOrder("GET /root.crl", "GET /ca.crl");
    }

    @Test
    void without_a_CRL_its_OCSP_responder_does() {
        var leaf = leafWithEverything();
        web.status("/ca.crl", 500);
        web.serve("/ocsp", _ -> ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate())));

        assertGood(RevocationStanding.OCSP_GOOD, ask(leaf, Revocation.HARD));
    }

    @Test
    void a_CRL_that_must_not_be_used_is_as_good_as_none() {
        var leaf = leafWithEverything();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).tampered()));
        web.serve("/ocsp", _ -> ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate())));

        assertGood(RevocationStanding.OCSP_GOOD, ask(leaf, Revocation.HARD));
        assertThat(meters.counter("overt.edge.revocation.unusable", "from", "fetched").count())
                .isEqualTo(1);
    }

    @Test
    void a_staple_that_must_not_be_used_is_counted_and_as_good_as_none() {
        var leaf = leafWithEverything();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW)));

        assertGood(RevocationStanding.CRL_GOOD, ask(leaf, new byte[] {1, 2, 3}, Revocation.HARD));
        assertThat(meters.counter("overt.edge.revocation.unusable", "from", "stapled").count())
                .isEqualTo(1);
    }

    // Revoked.

    // checklist 17
    @ParameterizedTest
    @EnumSource(names = {"SOFT", "HARD"})
    void a_revoked_leaf_is_untrusted_by_staple_by_CRL_and_by_OCSP(Revocation wanted) {
        var stapled = leafWithEverything();
        assertBad(
                RevocationStanding.REVOKED,
                Kind.REVOKED,
                ask(stapled, ca.ocsp(OcspSpec.at(NOW).revoked(stapled.certificate())), wanted));

        var listed = leafWithEverything();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).revoke(listed.certificate())));
        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(listed, wanted));

        var answered =
                ca.issue(
                        CertificateSpec.leaf(HOST)
                                .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
        web.serve("/ocsp", _ -> ca.ocsp(OcspSpec.at(NOW).revoked(answered.certificate())));
        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(answered, wanted));
    }

    // checklist 17
    @Test
    void a_revoked_intermediate_makes_its_leaves_untrusted_staple_or_not() {
        var leaf = leafWithEverything();
        web.serve("/root.crl", root.crl(CrlSpec.at(NOW).revoke(ca.certificate())));

        assertBad(
                RevocationStanding.REVOKED,
                Kind.REVOKED,
                ask(leaf, ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate())), Revocation.SOFT));
    }

    @Test
    void an_old_staple_does_not_outweigh_what_is_known_to_be_revoked() {
        var leaf = leafWithEverything();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).revoke(leaf.certificate())));
        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(leaf, Revocation.HARD));

        assertBad(
                RevocationStanding.REVOKED,
                Kind.REVOKED,
                ask(leaf, ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate())), Revocation.SOFT));
    }

    @Test
    void off_asks_nobody_and_believes_no_staple() {
        var leaf = leafWithEverything();

        assertGood(
                RevocationStanding.OFF,
                ask(leaf, ca.ocsp(OcspSpec.at(NOW).revoked(leaf.certificate())), Revocation.OFF));
        assertThat(web.asked()).isEmpty();
    }

    // Nobody can say.

    // checklist 18
    @Test
    void where_nobody_answers_soft_goes_on_and_hard_does_not() {
        var leaf = leafWithEverything();

        assertGood(RevocationStanding.UNKNOWN, ask(leaf, Revocation.SOFT));
        assertBad(RevocationStanding.UNKNOWN, Kind.REVOCATION_UNKNOWN, ask(leaf, Revocation.HARD));
        assertThat(meters.counter("overt.edge.revocation", "standing", "unknown").count())
                .isEqualTo(2);
    }

    // checklist 18
    @Test
    void a_leaf_that_does_not_say_whom_to_ask_is_unknown() {
        var leaf = ca.issue(CertificateSpec.leaf(HOST));

        assertGood(RevocationStanding.UNKNOWN, ask(leaf, Revocation.SOFT));
        assertBad(RevocationStanding.UNKNOWN, Kind.REVOCATION_UNKNOWN, ask(leaf, Revocation.HARD));
    }

    @Test
    void patience_ends_and_the_answer_that_comes_later_is_there_for_the_next_one()
            throws Exception {
        var hold = new CompletableFuture<byte[]>();
        web.serve("/ca.crl", _ -> hold.join());
        var impatient =
                check(
                        new StatusConfig(
                                Duration.ofMillis(50),
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(60),
                                fetches()),
                        SiteShelf.none());
        var leaf = leafWithEverything();

        assertGood(
                RevocationStanding.UNKNOWN,
                impatient.check(question(leaf, Optional.empty(), Revocation.SOFT)));
        hold.complete(ca.crl(CrlSpec.at(NOW).revoke(leaf.certificate())));

        assertBad(
                RevocationStanding.REVOKED,
                Kind.REVOKED,
                impatient.check(question(leaf, Optional.empty(), Revocation.HARD)));
    }

    // checklist 19
    @Test
    void a_leaf_that_demands_a_staple_is_untrusted_without_a_good_one() {
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW)));
        var leaf = ca.issue(CertificateSpec.leaf(HOST).crl(web.url("/ca.crl")).mustStaple());
        var good = ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate()));
        var stale = ca.ocsp(OcspSpec.at(NOW.minus(Duration.ofDays(30))).good(leaf.certificate()));

        assertBad(
                RevocationStanding.STAPLE_MISSING,
                Kind.REVOCATION_UNKNOWN,
                ask(leaf, Revocation.SOFT));
        assertBad(
                RevocationStanding.STAPLE_MISSING,
                Kind.REVOCATION_UNKNOWN,
                ask(leaf, stale, Revocation.SOFT));
        assertGood(RevocationStanding.STAPLED_GOOD, ask(leaf, good, Revocation.SOFT));
        assertGood(RevocationStanding.OFF, ask(leaf, Revocation.OFF));
    }

    // What is kept.

    // checklist 26
    @Test
    void an_answer_is_kept_until_its_next_update_and_not_longer() {
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).nextUpdate(NOW.plus(Duration.ofHours(2)))));
        var leaf = leafWithEverything();
        for (var i = 0; i < 3; i++) {
            assertGood(RevocationStanding.CRL_GOOD, ask(leaf, Revocation.HARD));
        }
        assertThat(web.asked()).containsOnlyOnce("GET /ca.crl");

        clock = NOW.plus(Duration.ofHours(3));
        web.serve("/ca.crl", ca.crl(CrlSpec.at(clock).revoke(leaf.certificate())));

        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(leaf, Revocation.HARD));
    }

    // checklist 26
    @Test
    void an_answer_about_one_certificate_is_none_about_another() {
        var first = leafWithEverything();
        var second = leafWithEverything();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).revoke(second.certificate())));

        assertGood(RevocationStanding.CRL_GOOD, ask(first, Revocation.HARD));
        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(second, Revocation.HARD));
        assertThat(web.asked()).containsOnlyOnce("GET /ca.crl");
    }

    // checklist 26
    @Test
    void what_becomes_known_about_a_certificate_counts_although_its_chain_is_remembered() {
        var leaf = leafWithEverything();
        var good = ca.ocsp(OcspSpec.at(NOW).good(leaf.certificate()));
        var revoked = ca.ocsp(OcspSpec.at(NOW).revoked(leaf.certificate()));

        assertGood(RevocationStanding.OFF, ask(leaf, Revocation.OFF));
        assertGood(RevocationStanding.STAPLED_GOOD, ask(leaf, good, Revocation.HARD));
        assertBad(RevocationStanding.REVOKED, Kind.REVOKED, ask(leaf, revoked, Revocation.SOFT));
        assertBad(RevocationStanding.UNKNOWN, Kind.REVOCATION_UNKNOWN, ask(leaf, Revocation.HARD));
        assertGood(RevocationStanding.OFF, ask(leaf, Revocation.OFF));

        assertThat(meters.counter("overt.edge.verdict.cache", "result", "miss").count()).isOne();
        assertThat(meters.counter("overt.edge.verdict.cache", "result", "hit").count())
                .isEqualTo(4);
    }

    @Test
    void what_failed_is_not_tried_again_at_once() {
        assertGood(RevocationStanding.UNKNOWN, ask(leafWithEverything(), Revocation.SOFT));
        assertGood(RevocationStanding.UNKNOWN, ask(leafWithEverything(), Revocation.SOFT));

        assertThat(web.asked().stream().filter("GET /ca.crl"::equals)).hasSize(1);
    }

    @Test
    void what_one_edge_fetched_the_next_one_need_not() {
        var shelf = new MemoryShelf();
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW)));
        var leaf = leafWithEverything();
        assertGood(
                RevocationStanding.CRL_GOOD,
                check(patient(), shelf).check(question(leaf, Optional.empty(), Revocation.HARD)));
        var before = web.asked().size();

        assertGood(
                RevocationStanding.CRL_GOOD,
                check(patient(), shelf).check(question(leaf, Optional.empty(), Revocation.HARD)));
        assertThat(web.asked()).hasSize(before);
    }

    @Test
    void what_another_edge_put_there_is_judged_as_if_it_came_from_the_web() {
        var shelf = new MemoryShelf();
        var stranger = TestAuthority.root(CertificateSpec.ca("CA"), NOW);
        var leaf = leafWithEverything();
        shelf.write(
                Ask.crl(web.url("/ca.crl")).key(),
                stranger.crl(CrlSpec.at(NOW)),
                Duration.ofHours(1));
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW).revoke(leaf.certificate())));

        assertBad(
                RevocationStanding.REVOKED,
                Kind.REVOKED,
                check(patient(), shelf).check(question(leaf, Optional.empty(), Revocation.HARD)));
    }

    // Certificate Transparency.

    // checklist 20
    @Test
    void a_leaf_that_too_few_logs_promised_to_show_is_untrusted_where_the_rule_wants_more() {
        var one = TestLog.create("one", "Operator A");
        var two = TestLog.create("two", "Operator B");
        logs = Optional.of(KnownLogs.of(NOW, List.of(known(one), known(two))));
        var leaf = TestLog.issue(ca, CertificateSpec.leaf(HOST), NOW.minusSeconds(60), one, two);
        var check = check(patient(), SiteShelf.none());

        assertGood(RevocationStanding.OFF, check.check(question(leaf, Optional.empty(), 2)));
        assertBad(
                RevocationStanding.OFF,
                Kind.TOO_FEW_SCTS,
                check.check(question(leaf, Optional.empty(), 3)));
        assertThat(counted("enough")).isEqualTo(1);
        assertThat(counted("too-few")).isEqualTo(1);
        assertThat(counted("no-list")).isZero();
    }

    // checklist 20
    @Test
    void a_stapled_response_counts_for_it_too() {
        var one = TestLog.create("one", "Operator A");
        logs = Optional.of(KnownLogs.of(NOW, List.of(known(one))));
        var leaf = leafWithEverything();
        var staple =
                ca.ocsp(
                        OcspSpec.at(NOW)
                                .good(leaf.certificate())
                                .scts(one.sctOf(leaf.certificate(), NOW.minusSeconds(60))));
        var check = check(patient(), SiteShelf.none());

        assertGood(RevocationStanding.OFF, check.check(question(leaf, Optional.of(staple), 1)));
        assertBad(
                RevocationStanding.OFF,
                Kind.TOO_FEW_SCTS,
                check.check(question(leaf, Optional.empty(), 1)));
    }

    // checklist 20
    @Test
    void without_a_list_of_logs_nothing_is_public() {
        var log = TestLog.create("one", "Operator A");
        var leaf = TestLog.issue(ca, CertificateSpec.leaf(HOST), NOW.minusSeconds(60), log);
        var check = check(patient(), SiteShelf.none());

        assertBad(
                RevocationStanding.OFF,
                Kind.TOO_FEW_SCTS,
                check.check(question(leaf, Optional.empty(), 1)));
        assertGood(RevocationStanding.OFF, check.check(question(leaf, Optional.empty(), 0)));
        assertThat(counted("no-list")).isEqualTo(1);
    }

    private double counted(String result) {
        return meters
                .get("overt.edge.transparency.checks")
                .tag("result", result)
                .counters()
                .stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    private static CertificateLog known(TestLog log) {
        return new CertificateLog(
                log.name(),
                log.operator(),
                log.key(),
                new CertificateLog.Standing.InForce(),
                Optional.empty(),
                Optional.empty());
    }

    private static Question question(TestIdentity leaf, Optional<byte[]> staple, int scts) {
        return new Question(
                new PresentedChain(leaf.chain()),
                staple.map(Stapled::new),
                new DnsName(HOST),
                new Wanted(Revocation.OFF, scts));
    }

    // Missing intermediates.

    // checklist 23
    @Test
    void a_missing_intermediate_is_fetched_and_becomes_part_of_the_evidence() throws Exception {
        web.serve("/ca.cer", ca.certificate().getEncoded());

        var checked = askAlone(leafWithEverything());

        assertThat(checked)
                .isInstanceOfSatisfying(
                        Good.class,
                        good ->
                                assertThat(good.upstream().chain().certificates())
                                        .hasSize(2)
                                        .contains(ca.certificate()));
        assertThat(meters.counter("overt.edge.chain.completions", "result", "completed").count())
                .isEqualTo(1);
    }

    @Test
    void two_missing_intermediates_are_found_one_after_the_other() throws Exception {
        var lower =
                ca.subordinate(
                        CertificateSpec.ca("Lower")
                                .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
        web.serve("/lower.cer", lower.certificate().getEncoded());
        web.serve("/ca.cer", ca.certificate().getEncoded());
        var leaf =
                lower.issue(
                        CertificateSpec.leaf(HOST)
                                .authorityInfo(web.url("/ocsp"), web.url("/lower.cer")));

        assertThat(askAlone(leaf))
                .isInstanceOfSatisfying(
                        Good.class,
                        good ->
                                assertThat(good.upstream().chain().certificates())
                                        .containsExactly(
                                                leaf.certificate(),
                                                lower.certificate(),
                                                ca.certificate()));
    }

    @Test
    void of_a_bag_of_certificates_only_those_on_the_path_are_passed_on() throws Exception {
        var others = root.subordinate(CertificateSpec.ca("Other")).certificate();
        web.serve("/ca.cer", certsOnly(List.of(others, ca.certificate())));

        assertThat(askAlone(leafWithEverything()))
                .isInstanceOfSatisfying(
                        Good.class,
                        good ->
                                assertThat(good.upstream().chain().certificates())
                                        .hasSize(2)
                                        .doesNotContain(others));
    }

    @Test
    void what_is_found_is_only_a_candidate() throws Exception {
        var stranger = TestAuthority.root(CertificateSpec.ca("CA"), NOW);
        web.serve("/ca.cer", stranger.certificate().getEncoded());

        assertThat(askAlone(leafWithEverything())).isInstanceOf(Bad.class);
    }

    @Test
    void an_upstream_of_an_unknown_CA_stays_untrusted_when_its_CA_is_fetched() throws Exception {
        var unknown = TestAuthority.root(CertificateSpec.ca("Unknown"), NOW);
        web.serve("/unknown.cer", unknown.certificate().getEncoded());
        var leaf =
                unknown.issue(
                        CertificateSpec.leaf(HOST)
                                .authorityInfo(web.url("/ocsp"), web.url("/unknown.cer")));

        assertThat(askAlone(leaf)).isInstanceOf(Bad.class);
    }

    @Test
    void what_is_no_certificate_completes_nothing() throws Exception {
        for (var garbage : List.of(new byte[0], new byte[] {0x30, 0x03, 1, 2, 3}, new byte[9000])) {
            web.serve("/ca.cer", garbage);
            try (var fresh = check(patient(), SiteShelf.none())) {
                var alone = new PresentedChain(List.of(leafWithEverything().certificate()));

                assertThat(done(fresh.check(question(alone, Optional.empty(), Revocation.OFF))))
                        .isInstanceOfSatisfying(
                                Bad.class,
                                bad ->
                                        assertThat(bad.reasons())
                                                .extracting(UntrustedReason::kind)
                                                .containsExactly(Kind.UNKNOWN_ISSUER));
            }
        }
    }

    @Test
    void a_server_that_never_answers_is_waited_for_only_so_long() throws Exception {
        try (var silent = MisbehavingUpstream.that(Manners.stallsAtOnce())) {
            var impatient =
                    check(
                            new StatusConfig(
                                    Duration.ofSeconds(60),
                                    Duration.ofSeconds(60),
                                    Duration.ofMillis(50),
                                    fetches()),
                            SiteShelf.none());
            var url = "http://127.0.0.1:" + silent.address().getPort() + "/ca.cer";
            var leaf = ca.issue(CertificateSpec.leaf(HOST).authorityInfo(url, url));
            var alone = new PresentedChain(List.of(leaf.certificate()));

            assertThat(done(impatient.check(question(alone, Optional.empty(), Revocation.OFF))))
                    .isInstanceOf(Bad.class);
        }
    }

    @Test
    void every_counter_is_there_from_the_start() {
        assertThat(meters.find("overt.edge.fetches").counters())
                .hasSize(Ask.Kind.values().length * (Fetched.Fault.values().length + 1));
        assertThat(meters.find("overt.edge.revocation").counters())
                .hasSize(RevocationStanding.values().length);
        assertThat(meters.find("overt.edge.chain.completions").counters()).hasSize(2);
    }

    private TestIdentity leafWithEverything() {
        return ca.issue(
                CertificateSpec.leaf(HOST)
                        .crl(web.url("/ca.crl"))
                        .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
    }

    private Checked askAlone(TestIdentity leaf) throws Exception {
        return done(
                check.check(
                        question(
                                new PresentedChain(List.of(leaf.certificate())),
                                Optional.empty(),
                                Revocation.OFF)));
    }

    private CompletionStage<Checked> ask(TestIdentity leaf, Revocation wanted) {
        return check.check(question(leaf, Optional.empty(), wanted));
    }

    private CompletionStage<Checked> ask(TestIdentity leaf, byte[] staple, Revocation wanted) {
        return check.check(question(leaf, Optional.of(staple), wanted));
    }

    private static Question question(
            TestIdentity leaf, Optional<byte[]> staple, Revocation wanted) {
        return question(new PresentedChain(leaf.chain()), staple, wanted);
    }

    private static Question question(
            PresentedChain chain, Optional<byte[]> staple, Revocation wanted) {
        return new Question(chain, staple.map(Stapled::new), new DnsName(HOST), Wanted.of(wanted));
    }

    private static void assertGood(RevocationStanding standing, CompletionStage<Checked> checked) {
        assertThat(done(checked))
                .isInstanceOfSatisfying(
                        Good.class, good -> assertThat(good.standing()).isEqualTo(standing));
    }

    private static void assertBad(
            RevocationStanding standing, Kind kind, CompletionStage<Checked> checked) {
        assertThat(done(checked))
                .isInstanceOfSatisfying(
                        Bad.class,
                        bad -> {
                            assertThat(bad.standing()).contains(standing);
                            assertThat(bad.reasons())
                                    .extracting(UntrustedReason::kind)
                                    .containsOnly(kind);
                        });
    }

    private static Checked done(CompletionStage<Checked> checked) {
        return checked.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private UpstreamCheck check(StatusConfig config, SiteShelf shelf) {
        var made =
                new UpstreamCheck(
                        remembering(
                                new BoundedChainVerifier(
                                        TrustAnchors.of(List.of(root.certificate())))),
                        shelf,
                        config,
                        new TransparencyCheck(() -> logs, () -> clock, meters),
                        () -> clock,
                        () -> Duration.between(NOW, clock).toNanos(),
                        meters);
        open.add(made);
        return made;
    }

    /** As an edge has it: everything here must hold for remembered verdicts too. */
    private VerdictCache remembering(BoundedChainVerifier verifier) {
        var anchors = new TrustStore.InForce(verifier, "root", 1);
        return new VerdictCache(
                () -> anchors,
                VerdictCacheConfig.DEFAULT,
                () -> Duration.between(NOW, clock).toNanos(),
                meters);
    }

    private static StatusConfig patient() {
        var long_ = Duration.ofSeconds(60);
        return new StatusConfig(long_, long_, long_, fetches());
    }

    private static StatusConfig.Fetches fetches() {
        return new StatusConfig.Fetches(
                Duration.ofSeconds(60),
                32,
                1 << 20,
                1 << 22,
                Duration.ofDays(1),
                Duration.ofMinutes(5),
                List.of(Cidr.of("127.0.0.0/8")));
    }

    private static byte[] certsOnly(List<X509Certificate> certificates) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertPath(certificates)
                .getEncoded("PKCS7");
    }

    /** What a site shares, in a map. */
    private static final class MemoryShelf implements SiteShelf {
        private final Map<ByteString, ByteString> values = new ConcurrentHashMap<>();

        @Override
        public CompletionStage<Optional<ByteString>> read(byte[] key) {
            return CompletableFuture.completedFuture(
                    Optional.ofNullable(values.get(ByteString.copyFrom(key))));
        }

        @Override
        public void write(byte[] key, byte[] value, Duration timeToLive) {
            values.put(ByteString.copyFrom(key), ByteString.copyFrom(value));
        }
    }
}

package io.overt.control.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.overt.control.access.Claims;
import io.overt.control.access.oidc.TokenVerifier.Verdict;
import io.overt.testkit.oidc.TestProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TokenVerifierTest {
    private TestProvider provider;
    private ProviderHttp http;
    private final Hands hands = new Hands();

    @BeforeEach
    void start() throws Exception {
        provider = new TestProvider();
        http = new ProviderHttp(Optional.empty(), Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        http.close();
        provider.close();
    }

    @Test
    void a_token_that_holds_says_who_it_is() {
        assertThat(verifier().verify(provider.token("ann-1", "network-team", "all")))
                .isEqualTo(
                        new Verdict.Believed(
                                new Claims(
                                        "ann-1",
                                        Optional.of("ann-1@corp.example"),
                                        Set.of("network-team", "all"),
                                        "ann-1@corp.example")));
    }

    @Test
    void an_address_that_the_provider_has_not_verified_is_none() {
        var unverified =
                provider.claims("ann-1").claim("email_verified", false).claim("name", "Ann");
        assertThat(verifier().verify(TestProvider.sign(unverified.build(), provider.key())))
                .isEqualTo(
                        new Verdict.Believed(
                                new Claims("ann-1", Optional.empty(), Set.of(), "Ann")));
    }

    private record Hostile(String name, String token, String why) {}

    @TestFactory
    Stream<DynamicTest> each_hostile_token_is_refused_with_its_reason() throws Exception {
        var now = Instant.now();
        var good = provider.token("ann-1");
        var parts = good.split("\\.");
        return Stream.of(
                        hostile(
                                "of another issuer",
                                claims().issuer("https://evil.example"),
                                "issuer https://evil.example (expected: "
                                        + provider.issuer()
                                        + ")"),
                        hostile(
                                "without an issuer",
                                claims().issuer(null),
                                "issuer null (expected: " + provider.issuer() + ")"),
                        hostile(
                                "for another audience",
                                claims().audience("payroll"),
                                "audience [payroll] (expected: overt)"),
                        hostile(
                                "for no audience",
                                claims().audience((String) null),
                                "audience [] (expected: overt)"),
                        hostile(
                                "for several audiences, issued to another",
                                claims().audience(List.of("payroll", "overt"))
                                        .claim("azp", "payroll"),
                                "issued to payroll"),
                        hostile(
                                "expired",
                                claims().expirationTime(Date.from(now.minusSeconds(31))),
                                "expired at "),
                        hostile(
                                "that never expires",
                                claims().expirationTime(null),
                                "without an end (expected: exp)"),
                        hostile(
                                "not valid yet",
                                claims().notBeforeTime(Date.from(now.plusSeconds(120))),
                                "not valid before "),
                        hostile(
                                "issued in the future",
                                claims().issueTime(Date.from(now.plusSeconds(120))),
                                "issued in the future, at "),
                        hostile("of nobody", claims().subject(null), "claims: sub: \"\""),
                        hostile(
                                "of somebody who would break a line",
                                claims().subject("ann\nbob"),
                                "claims: sub: "),
                        new Hostile(
                                "signed with none",
                                new PlainJWT(claims().build()).serialize(),
                                "not a signed token: "),
                        new Hostile(
                                "signed with none, as if it were signed",
                                base64("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
                                "not a signed token: "),
                        new Hostile(
                                "whose MAC is made with the public key",
                                mac(provider.key()),
                                "algorithm HS256 (expected: ES256 or PS256 or RS256)"),
                        new Hostile(
                                "by a key that the provider does not have",
                                TestProvider.sign(
                                        claims().build(),
                                        new ECKeyGenerator(Curve.P_256).keyID("mine").generate()),
                                "key mine is none of the provider's for ES256"),
                        new Hostile(
                                "by another key under the name of the provider's",
                                TestProvider.sign(
                                        claims().build(),
                                        new ECKeyGenerator(Curve.P_256)
                                                .keyID(provider.key().getKeyID())
                                                .generate()),
                                "the signature does not verify"),
                        new Hostile(
                                "with its key inside",
                                selfSigned(),
                                "the signature does not verify"),
                        new Hostile(
                                "for an algorithm of another kind of key",
                                base64(
                                                "{\"alg\":\"RS256\",\"kid\":\""
                                                        + provider.key().getKeyID()
                                                        + "\"}")
                                        + "."
                                        + parts[1]
                                        + "."
                                        + parts[2],
                                "key " + provider.key().getKeyID() + " is none of the provider's"),
                        new Hostile(
                                "that was altered",
                                parts[0]
                                        + "."
                                        + base64(
                                                new String(
                                                                Base64.getUrlDecoder()
                                                                        .decode(parts[1]),
                                                                StandardCharsets.UTF_8)
                                                        .replace("ann-1", "bob-1"))
                                        + "."
                                        + parts[2],
                                "the signature does not verify"),
                        new Hostile(
                                "with an extension that must be understood",
                                critical(),
                                "critical parameters [b64x]"),
                        new Hostile("that is none", "opaque", "not a signed token: "),
                        new Hostile("that is empty", "", "not a signed token: "),
                        new Hostile(
                                "without end",
                                "a".repeat(13_000),
                                "a token of 13000 characters (expected: at most 12288)"))
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        "a token " + each.name(),
                                        () ->
                                                assertThat(verifier().verify(each.token()))
                                                        .isInstanceOfSatisfying(
                                                                Verdict.Refused.class,
                                                                refused ->
                                                                        assertThat(refused.why())
                                                                                .startsWith(
                                                                                        each
                                                                                                .why()))));
    }

    @Test
    void clocks_may_differ_by_so_much_and_no_more() {
        var verifier = verifier();
        var expired =
                TestProvider.sign(
                        claims().expirationTime(Date.from(Instant.now().minusSeconds(20))).build(),
                        provider.key());
        assertThat(verifier.verify(expired)).isInstanceOf(Verdict.Believed.class);
        hands.forward(Duration.ofSeconds(15));
        assertThat(verifier.verify(expired)).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void a_sign_in_takes_its_own_nonce_alone() {
        var token = TestProvider.sign(claims().claim("nonce", "mine").build(), provider.key());
        var verifier = verifier();
        assertThat(verifier.verify(token, Optional.of("mine")))
                .isInstanceOf(Verdict.Believed.class);
        assertThat(verifier.verify(token, Optional.of("other")))
                .isEqualTo(new Verdict.Refused("another sign-in's nonce"));
        assertThat(verifier.verify(provider.token("ann-1"), Optional.of("mine")))
                .isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void a_new_key_is_asked_for_and_made_up_ones_do_not_make_us_ask_without_end() throws Exception {
        var verifier = verifier();
        assertThat(verifier.verify(provider.token("ann-1"))).isInstanceOf(Verdict.Believed.class);
        assertThat(provider.keyFetches()).isEqualTo(1);

        hands.forward(Duration.ofSeconds(31));
        provider.rotate();
        assertThat(verifier.verify(provider.token("ann-1"))).isInstanceOf(Verdict.Believed.class);
        assertThat(provider.keyFetches()).isEqualTo(2);

        for (int i = 0; i < 20; i++) {
            var made = new ECKeyGenerator(Curve.P_256).keyID("made-up-" + i).generate();
            assertThat(verifier.verify(TestProvider.sign(claims().build(), made)))
                    .isInstanceOf(Verdict.Refused.class);
        }
        assertThat(provider.keyFetches()).isEqualTo(2);
    }

    @Test
    void a_key_that_was_withdrawn_is_not_believed_once_the_keys_were_asked_for_anew()
            throws Exception {
        var verifier = verifier();
        var old = provider.token("ann-1");
        assertThat(verifier.verify(old)).isInstanceOf(Verdict.Believed.class);
        provider.rotate();
        assertThat(verifier.verify(old)).isInstanceOf(Verdict.Believed.class);
        hands.forward(Duration.ofMinutes(61));
        var late = claims().expirationTime(Date.from(hands.instant().plusSeconds(60))).build();
        assertThat(verifier.verify(TestProvider.sign(late, provider.key())))
                .isInstanceOf(Verdict.Believed.class);
        assertThat(verifier.verify(old)).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void a_provider_that_is_away_is_named_and_its_keys_are_believed_for_a_day() {
        var verifier = verifier();
        assertThat(verifier.verify(provider.token("ann-1"))).isInstanceOf(Verdict.Believed.class);
        provider.close();
        hands.forward(Duration.ofHours(23));
        assertThat(verifier.verify(lasting())).isInstanceOf(Verdict.Believed.class);
        hands.forward(Duration.ofHours(2));
        assertThat(verifier.verify(lasting()))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused ->
                                assertThat(refused.why())
                                        .startsWith("the provider's keys are not known: http://"));
    }

    @Test
    void a_provider_that_says_it_is_another_is_not_believed() {
        var settings = ProviderSettings.of(java.net.URI.create(provider.issuer() + "/"));
        var verifier =
                new TokenVerifier(
                        settings,
                        new Provider(settings.issuer(), http, hands, settings.keysFor()),
                        http,
                        hands);
        assertThat(verifier.verify(provider.token("ann-1")))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused ->
                                assertThat(refused.why())
                                        .contains("(expected: " + provider.issuer() + "/)"));
    }

    private String lasting() {
        return TestProvider.sign(
                claims().expirationTime(Date.from(hands.instant().plusSeconds(60))).build(),
                provider.key());
    }

    private JWTClaimsSet.Builder claims() {
        return provider.claims("ann-1");
    }

    private Hostile hostile(String name, JWTClaimsSet.Builder claims, String why) {
        return new Hostile(name, TestProvider.sign(claims.build(), provider.key()), why);
    }

    private String mac(ECKey key) throws Exception {
        var jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
                        claims().build());
        jwt.sign(new MACSigner(key.toPublicJWK().toECPublicKey().getEncoded()));
        return jwt.serialize();
    }

    private String selfSigned() throws Exception {
        var mine = new ECKeyGenerator(Curve.P_256).keyID(provider.key().getKeyID()).generate();
        var jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(mine.getKeyID())
                                .jwk(mine.toPublicJWK())
                                .build(),
                        claims().build());
        jwt.sign(new ECDSASigner(mine));
        return jwt.serialize();
    }

    private String critical() throws Exception {
        var jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(provider.key().getKeyID())
                                .criticalParams(Set.of("b64x"))
                                .customParam("b64x", true)
                                .build(),
                        claims().build());
        jwt.sign(new ECDSASigner(provider.key()));
        return jwt.serialize();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private TokenVerifier verifier() {
        var settings = ProviderSettings.of(provider.issuer());
        return new TokenVerifier(
                settings,
                new Provider(settings.issuer(), http, hands, settings.keysFor()),
                http,
                hands);
    }
}

package io.overt.control.access.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.overt.control.access.Claims;
import io.overt.control.access.OidcSettings;
import io.overt.control.access.oidc.ProviderKeys.Candidates;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Believes a token, or says why not: signed by the provider with an algorithm that was allowed, for
 * us, and now. In this order, cheap first: size, form, algorithm, key, signature, claims. Nothing
 * of a token is looked at before its signature holds but its header. Thread-safe; blocks while keys
 * are fetched.
 */
public final class TokenVerifier {
    private final OidcSettings settings;
    private final ProviderKeys keys;
    private final Clock clock;

    /** What is made of a token. */
    public sealed interface Verdict {
        /** It says this. */
        record Believed(Claims claims) implements Verdict {}

        /** Why not; holds nothing of the token that is secret. */
        record Refused(String why) implements Verdict {}
    }

    /** Asks for keys when they are first needed. */
    public TokenVerifier(OidcSettings settings, Provider provider, ProviderHttp http, Clock clock) {
        this.settings = settings;
        this.keys = new ProviderKeys(provider, http, clock, settings.keysFor());
        this.clock = clock;
    }

    /** A token that came with a call. */
    public Verdict verify(String token) {
        return verify(token, Optional.empty());
    }

    /**
     * A token that came with a sign-in.
     *
     * @param nonce that it must have (OpenID Connect Core §3.1.3.7); nothing where none was sent
     */
    public Verdict verify(String token, Optional<String> nonce) {
        if (token.length() > MOST_CHARACTERS) {
            return new Verdict.Refused(
                    "a token of "
                            + token.length()
                            + " characters (expected: at most "
                            + MOST_CHARACTERS
                            + ")");
        }
        SignedJWT jwt;
        try {
            // alg "none" does not pass: its third part is empty, and it is no JWS.
            jwt = SignedJWT.parse(token);
        } catch (ParseException e) {
            return new Verdict.Refused("not a signed token: " + e.getMessage());
        }
        var header = jwt.getHeader();
        if (!settings.algorithms().contains(header.getAlgorithm())) {
            return new Verdict.Refused(
                    "algorithm "
                            + header.getAlgorithm()
                            + " (expected: "
                            + settings.algorithms().stream()
                                    .map(JWSAlgorithm::getName)
                                    .sorted()
                                    .collect(Collectors.joining(" or "))
                            + ")");
        }
        if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
            return new Verdict.Refused("critical parameters " + header.getCriticalParams());
        }
        return switch (keys.candidates(header)) {
            case Candidates.None(var why) -> new Verdict.Refused(why);
            case Candidates.Keys(var candidates) ->
                    candidates.stream().anyMatch(key -> signed(jwt, key))
                            ? claims(jwt, nonce)
                            : new Verdict.Refused("the signature does not verify");
        };
    }

    private static boolean signed(SignedJWT jwt, JWK key) {
        try {
            return switch (key) {
                case RSAKey rsa -> jwt.verify(new RSASSAVerifier(rsa));
                case ECKey ec -> jwt.verify(new ECDSAVerifier(ec));
                default -> false;
            };
        } catch (JOSEException _) {
            // A key of another curve than the algorithm's, for one: it has not signed this.
            return false;
        }
    }

    private Verdict claims(SignedJWT jwt, Optional<String> nonce) {
        try {
            var claims = jwt.getJWTClaimsSet();
            var against = against(claims, nonce);
            if (against.isPresent()) {
                return new Verdict.Refused(against.get());
            }
            var subject = Optional.ofNullable(claims.getSubject()).orElse("");
            var email =
                    Boolean.TRUE.equals(claims.getClaim("email_verified"))
                            ? Optional.ofNullable(claims.getStringClaim("email"))
                            : Optional.<String>empty();
            var shown =
                    email.or(() -> text(claims, "preferred_username"))
                            .or(() -> text(claims, "name"))
                            .orElse(subject);
            return new Verdict.Believed(
                    new Claims(
                            subject,
                            email,
                            groups(claims.getClaim(settings.groupsClaim())),
                            shown));
        } catch (ParseException | IllegalArgumentException e) {
            return new Verdict.Refused("claims: " + e.getMessage());
        }
    }

    private Optional<String> against(JWTClaimsSet claims, Optional<String> nonce)
            throws ParseException {
        var now = clock.instant();
        var skew = settings.clockSkew();
        if (!settings.issuer().toString().equals(claims.getIssuer())) {
            return Optional.of(
                    "issuer " + claims.getIssuer() + " (expected: " + settings.issuer() + ")");
        }
        if (claims.getAudience().stream().noneMatch(settings.audiences()::contains)) {
            return Optional.of(
                    "audience "
                            + claims.getAudience()
                            + " (expected: "
                            + String.join(" or ", settings.audiences())
                            + ")");
        }
        // Core §3.1.3.7 (4, 5): for several audiences, who it was issued to.
        if (claims.getAudience().size() > 1
                && claims.getClaim("azp") != null
                && !settings.clientId().equals(claims.getStringClaim("azp"))
                && !settings.audiences().contains(claims.getStringClaim("azp"))) {
            return Optional.of("issued to " + claims.getStringClaim("azp"));
        }
        var expires = instant(claims.getExpirationTime());
        if (expires.isEmpty()) {
            return Optional.of("without an end (expected: exp)");
        }
        if (!now.isBefore(expires.get().plus(skew))) {
            return Optional.of("expired at " + expires.get());
        }
        var begins = instant(claims.getNotBeforeTime());
        if (begins.isPresent() && now.plus(skew).isBefore(begins.get())) {
            return Optional.of("not valid before " + begins.get());
        }
        var issued = instant(claims.getIssueTime());
        if (issued.isPresent() && now.plus(skew).isBefore(issued.get())) {
            return Optional.of("issued in the future, at " + issued.get());
        }
        if (nonce.isPresent() && !nonce.get().equals(claims.getStringClaim("nonce"))) {
            return Optional.of("another sign-in's nonce");
        }
        return Optional.empty();
    }

    private static Optional<Instant> instant(@Nullable Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }

    private static Optional<String> text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text && !text.isBlank()
                ? Optional.of(text.substring(0, Math.min(text.length(), MOST_SHOWN)))
                : Optional.empty();
    }

    /** A list of texts, or one text; of what is neither, nothing is granted. */
    private static Set<String> groups(@Nullable Object claim) {
        var groups = new HashSet<String>();
        for (var each : claim instanceof List<?> list ? list : List.of(String.valueOf(claim))) {
            if (claim != null
                    && each instanceof String name
                    && !name.isEmpty()
                    && !name.contains("\n")) {
                groups.add(name);
            }
        }
        return groups;
    }

    private static final int MOST_CHARACTERS = 12 << 10;
    private static final int MOST_SHOWN = 200;
}

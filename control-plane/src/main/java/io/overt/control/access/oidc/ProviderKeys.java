package io.overt.control.access.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import io.overt.control.access.oidc.Provider.Discovery;
import io.overt.control.access.oidc.ProviderHttp.Answer;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The provider's keys, kept for a time and asked for anew when a token names one that is not among
 * them: providers change keys without telling. How often that can be made to happen is bounded, as
 * is the number of keys. Keys that could not be asked for anew are believed for a day. Thread-safe;
 * blocks.
 */
final class ProviderKeys {
    private final Provider provider;
    private final ProviderHttp http;
    private final Clock clock;
    private final Duration keptFor;

    /** Guarded by this. */
    private List<JWK> keys = List.of();

    /** Guarded by this. */
    private Optional<Instant> fetched = Optional.empty();

    /** Guarded by this. */
    private Optional<Instant> tried = Optional.empty();

    /** Guarded by this. */
    private String trouble = "";

    /** Which keys may have signed. */
    sealed interface Candidates {
        /** One of these. */
        record Keys(List<JWK> keys) implements Candidates {}

        /** None that is known. */
        record None(String why) implements Candidates {}
    }

    ProviderKeys(Provider provider, ProviderHttp http, Clock clock, Duration keptFor) {
        this.provider = provider;
        this.http = http;
        this.clock = clock;
        this.keptFor = keptFor;
    }

    synchronized Candidates candidates(JWSHeader header) {
        var now = clock.instant();
        if (fetched.isEmpty() || !now.isBefore(fetched.get().plus(keptFor))) {
            fetch(now, tried.isEmpty() ? Duration.ZERO : AFTER_FAILURE);
        }
        var found = select(header);
        if (found.isEmpty()) {
            fetch(now, BETWEEN);
            found = select(header);
        }
        if (fetched.isEmpty() || now.isAfter(fetched.get().plus(BELIEVED))) {
            return new Candidates.None("the provider's keys are not known: " + trouble);
        }
        return found.isEmpty()
                ? new Candidates.None(
                        "key "
                                + Optional.ofNullable(header.getKeyID()).orElse("without a name")
                                + " is none of the provider's for "
                                + header.getAlgorithm())
                : new Candidates.Keys(found);
    }

    private List<JWK> select(JWSHeader header) {
        var matcher = JWKMatcher.forJWSHeader(header);
        return matcher == null
                ? List.of()
                : new JWKSelector(matcher)
                        .select(new JWKSet(keys)).stream()
                                .filter(key -> fits(key, header.getAlgorithm()))
                                .limit(MOST_TRIED)
                                .toList();
    }

    /** A key for RSA says nothing of an algorithm for EC, and the other way round. */
    private static boolean fits(JWK key, JWSAlgorithm algorithm) {
        return switch (key) {
            case RSAKey _ -> JWSAlgorithm.Family.RSA.contains(algorithm);
            case ECKey _ -> JWSAlgorithm.Family.EC.contains(algorithm);
            default -> false;
        };
    }

    private void fetch(Instant now, Duration atLeastSince) {
        if (tried.isPresent() && now.isBefore(tried.get().plus(atLeastSince))) {
            return;
        }
        tried = Optional.of(now);
        switch (provider.describe()) {
            case Discovery.Unavailable(var why) -> trouble = why;
            case Discovery.Found(var described) -> {
                switch (http.get(described.keys())) {
                    case Answer.Failed(var why) -> trouble = why;
                    case Answer.Json(var status, _, var text) -> {
                        if (status == 200) {
                            take(text, described.keys().toString(), now);
                        } else {
                            trouble = described.keys() + ": status " + status;
                        }
                    }
                }
            }
        }
    }

    private void take(String text, String place, Instant now) {
        try {
            keys =
                    JWKSet.parse(text).getKeys().stream()
                            .filter(ProviderKeys::isStrongSigner)
                            .limit(MOST_KEYS)
                            .map(JWK::toPublicJWK)
                            .toList();
            fetched = Optional.of(now);
            trouble = "";
        } catch (ParseException e) {
            trouble = place + ": not a set of keys: " + e.getMessage();
        }
    }

    private static boolean isStrongSigner(JWK key) {
        var signs = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
        return signs
                && switch (key) {
                    case RSAKey rsa -> rsa.size() >= 2048;
                    case ECKey _ -> true;
                    // Symmetric ones above all: what is published is no secret.
                    default -> false;
                };
    }

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /** A made-up key's name costs the provider one request in so long, whoever sends how many. */
    private static final Duration BETWEEN = Duration.ofSeconds(30);

    private static final Duration BELIEVED = Duration.ofDays(1);
    private static final int MOST_KEYS = 100;
    private static final int MOST_TRIED = 4;
}

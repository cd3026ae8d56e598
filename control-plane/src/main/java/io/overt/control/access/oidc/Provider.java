package io.overt.control.access.oidc;

import com.google.gson.JsonObject;
import io.overt.control.access.OidcSettings;
import io.overt.control.access.oidc.ProviderHttp.Answer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the provider says of itself (OpenID Connect Discovery 1.0 §4), kept for a time. A provider
 * that is away keeps nobody from starting: it is asked when it is needed. Thread-safe; blocks.
 */
public final class Provider {
    private final URI issuer;
    private final ProviderHttp http;
    private final Clock clock;
    private final Duration keptFor;

    /** Guarded by this. */
    private Optional<Described> described = Optional.empty();

    /** Guarded by this. */
    private Instant asked = Instant.MIN;

    /**
     * Where things are.
     *
     * @param device RFC 8628; absent where the provider has none
     */
    public record Described(
            URI authorization, URI token, URI keys, Optional<URI> device, Instant at) {}

    /** What came of asking. */
    public sealed interface Discovery {
        /** It said. */
        record Found(Described described) implements Discovery {}

        /** It did not, or not so that it can be believed; for people. */
        record Unavailable(String why) implements Discovery {}
    }

    /** Asks when it is first needed. */
    public Provider(URI issuer, ProviderHttp http, Clock clock, Duration keptFor) {
        this.issuer = issuer;
        this.http = http;
        this.clock = clock;
        this.keptFor = keptFor;
    }

    /** Where things are now. */
    public synchronized Discovery describe() {
        var now = clock.instant();
        if (described.isPresent() && now.isBefore(described.get().at().plus(keptFor))) {
            return new Discovery.Found(described.get());
        }
        if (described.isPresent() && now.isBefore(asked.plus(PAUSE))) {
            return new Discovery.Found(described.get());
        }
        asked = now;
        return switch (ask(now)) {
            case Discovery.Found found -> {
                described = Optional.of(found.described());
                yield found;
            }
            // What it said before is better than nothing: it moves once in years.
            case Discovery.Unavailable unavailable ->
                    described.<Discovery>map(Discovery.Found::new).orElse(unavailable);
        };
    }

    private Discovery ask(Instant now) {
        var base = issuer.toString();
        var place =
                URI.create(
                        (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                                + "/.well-known/openid-configuration");
        return switch (http.get(place)) {
            case Answer.Failed(var why) -> new Discovery.Unavailable(why);
            case Answer.Json(var status, var object, _) -> {
                if (status != 200) {
                    yield new Discovery.Unavailable(place + ": status " + status);
                }
                try {
                    // §4.3: or another provider's keys would sign for this one.
                    var said = text(object, "issuer").orElse("");
                    if (!said.equals(issuer.toString())) {
                        yield new Discovery.Unavailable(
                                place + ": issuer " + said + " (expected: " + issuer + ")");
                    }
                    yield new Discovery.Found(
                            new Described(
                                    endpoint(object, "authorization_endpoint"),
                                    endpoint(object, "token_endpoint"),
                                    endpoint(object, "jwks_uri"),
                                    text(object, "device_authorization_endpoint")
                                            .map(Provider::safe),
                                    now));
                } catch (IllegalArgumentException e) {
                    yield new Discovery.Unavailable(place + ": " + e.getMessage());
                }
            }
        };
    }

    private static URI endpoint(JsonObject object, String name) {
        return text(object, name)
                .map(Provider::safe)
                .orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
    }

    /** An endpoint may have a query, an issuer may not; otherwise the same holds. */
    private static URI safe(String text) {
        var query = text.indexOf('?');
        OidcSettings.issuer(query < 0 ? text : text.substring(0, query));
        return URI.create(text);
    }

    static Optional<String> text(JsonObject object, String name) {
        return object.has(name)
                        && object.get(name).isJsonPrimitive()
                        && object.get(name).getAsJsonPrimitive().isString()
                ? Optional.of(object.get(name).getAsString())
                : Optional.empty();
    }

    /** A provider that does not answer is not asked by each call. */
    private static final Duration PAUSE = Duration.ofSeconds(10);
}

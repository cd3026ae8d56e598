package io.overt.control.access.oidc;

import com.google.gson.JsonObject;
import io.overt.control.access.AccessTrail;
import io.overt.control.access.Claims;
import io.overt.control.access.OidcSettings;
import io.overt.control.access.oidc.Provider.Discovery;
import io.overt.control.access.oidc.ProviderHttp.Answer;
import io.overt.control.access.oidc.TokenVerifier.Verdict;
import io.overt.control.store.SessionStore;
import io.overt.control.store.SignInRow;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Signs people in by a browser: Authorization Code (OpenID Connect Core §3.1) with PKCE (RFC 7636).
 * A state is good once, for ten minutes, and only in the browser that it was made for: a cookie of
 * its own says which that is. Knows nothing of HTTP servers. Thread-safe; blocks.
 */
public final class SignIn {
    private final OidcSettings settings;
    private final Provider provider;
    private final ProviderHttp http;
    private final TokenVerifier tokens;
    private final SessionStore store;
    private final Sessions sessions;
    private final AccessTrail trail;
    private final Clock clock;
    private final Secrets secrets;

    /** What a browser is to do next. */
    public sealed interface Step {

        /**
         * To go to the provider.
         *
         * @param cookie that it is to bring back
         */
        record ToProvider(URI place, String cookie) implements Step {}

        /**
         * To go on: it is signed in.
         *
         * @param cookie its session
         * @param place a path of ours
         */
        record SignedIn(String cookie, String place, Claims claims) implements Step {}

        /** To tell its user why not. */
        record Refused(String why) implements Step {}

        /** To come back later. */
        record Unavailable(String why) implements Step {}
    }

    /** Puts its parts together. */
    public SignIn(
            OidcSettings settings,
            Provider provider,
            ProviderHttp http,
            TokenVerifier tokens,
            SessionStore store,
            Sessions sessions,
            AccessTrail trail,
            Clock clock,
            SecureRandom random) {
        this.settings = settings;
        this.provider = provider;
        this.http = http;
        this.tokens = tokens;
        this.store = store;
        this.sessions = sessions;
        this.trail = trail;
        this.clock = clock;
        this.secrets = new Secrets(random);
    }

    /**
     * Begins.
     *
     * @param callback where the provider sends the browser back to, as it is registered there
     * @param returnTo where the browser goes afterwards; what is no path of ours becomes the
     *     beginning
     */
    public Step begin(URI callback, String returnTo) {
        return switch (provider.describe()) {
            case Discovery.Unavailable(var why) -> new Step.Unavailable(why);
            case Discovery.Found(var described) -> {
                var state = secrets.next();
                var browser = secrets.next();
                var row =
                        new SignInRow(
                                Secrets.digest(browser),
                                secrets.next(),
                                secrets.next(),
                                isOurs(returnTo) ? returnTo : "/",
                                clock.instant());
                if (!store.begin(
                        Secrets.digest(state), row, clock.instant().minus(PATIENCE), MOST)) {
                    yield new Step.Unavailable("too many people are signing in at once");
                }
                var query = new LinkedHashMap<String, String>();
                query.put("response_type", "code");
                query.put("client_id", settings.clientId());
                query.put("redirect_uri", callback.toString());
                query.put("scope", String.join(" ", settings.scopes()));
                query.put("state", state);
                query.put("nonce", row.nonce());
                query.put("code_challenge", Secrets.challenge(row.verifier()));
                query.put("code_challenge_method", "S256");
                var separator = described.authorization().getRawQuery() == null ? "?" : "&";
                yield new Step.ToProvider(
                        URI.create(
                                described.authorization()
                                        + separator
                                        + ProviderHttp.encoded(query)),
                        browser);
            }
        };
    }

    /**
     * Ends: the browser is back.
     *
     * @param parameters of the address that it came back with
     * @param cookie that it brought; empty where it brought none
     * @param from its address, for the trail
     */
    public Step end(URI callback, Map<String, String> parameters, String cookie, String from) {
        var step = redeem(callback, parameters, cookie);
        switch (step) {
            case Step.SignedIn(_, _, var claims) -> {
                if (!trail.signedIn(claims, from)) {
                    sessions.end(((Step.SignedIn) step).cookie());
                    return new Step.Unavailable("the audit trail cannot be written");
                }
            }
            case Step.Refused(var why) -> trail.signInRefused(why, from);
            case Step.Unavailable(var why) -> trail.signInRefused(why, from);
            case Step.ToProvider _ -> {}
        }
        return step;
    }

    private Step redeem(URI callback, Map<String, String> parameters, String cookie) {
        var state = parameters.getOrDefault("state", "");
        if (state.isEmpty()) {
            return new Step.Refused("no state: this sign-in did not begin here");
        }
        var began = store.take(Secrets.digest(state), clock.instant().minus(PATIENCE));
        if (began.isEmpty()) {
            return new Step.Refused("a state that is not known, was used, or is too old");
        }
        if (cookie.isEmpty() || !began.get().browser().equals(Secrets.digest(cookie))) {
            return new Step.Refused("another browser began this sign-in");
        }
        if (parameters.containsKey("error")) {
            return new Step.Refused("the provider says: " + printable(parameters.get("error")));
        }
        // RFC 9207: where the provider says who it is, it must be it.
        if (parameters.containsKey("iss")
                && !settings.issuer().toString().equals(parameters.get("iss"))) {
            return new Step.Refused("another issuer answered: " + printable(parameters.get("iss")));
        }
        var code = parameters.getOrDefault("code", "");
        if (code.isEmpty()) {
            return new Step.Refused("no code from the provider");
        }
        return switch (provider.describe()) {
            case Discovery.Unavailable(var why) -> new Step.Unavailable(why);
            case Discovery.Found(var described) ->
                    redeem(described.token(), callback, code, began.get());
        };
    }

    private Step redeem(URI place, URI callback, String code, SignInRow began) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", callback.toString());
        form.put("client_id", settings.clientId());
        form.put("code_verifier", began.verifier());
        try {
            if (settings.clientSecret().isPresent()) {
                form.put("client_secret", Files.readString(settings.clientSecret().get()).strip());
            }
        } catch (IOException e) {
            return new Step.Unavailable("the client's secret cannot be read: " + e.getMessage());
        }
        return switch (http.post(place, form)) {
            case Answer.Failed(var why) -> new Step.Unavailable(why);
            case Answer.Json(var status, var object, _) when status != 200 ->
                    new Step.Refused(
                            "the provider does not take the code: "
                                    + printable(
                                            Provider.text(object, "error").orElse("" + status)));
            case Answer.Json(_, var object, _) -> believe(object, began);
        };
    }

    private Step believe(JsonObject answer, SignInRow began) {
        var token = Provider.text(answer, "id_token");
        if (token.isEmpty()) {
            return new Step.Refused("the provider sent no ID token");
        }
        return switch (tokens.verify(token.get(), Optional.of(began.nonce()))) {
            case Verdict.Refused(var why) -> new Step.Refused("the provider's token: " + why);
            case Verdict.Believed(var claims) ->
                    new Step.SignedIn(sessions.open(claims), began.returnTo(), claims);
        };
    }

    /** Ends a session; whether there was one. */
    public boolean signOut(String cookie, String from) {
        var session = sessions.find(cookie);
        session.ifPresent(
                each -> {
                    sessions.end(cookie);
                    trail.signedOut(each.claims(), from);
                });
        return session.isPresent();
    }

    /** A path and nothing that a browser takes for another host. */
    private static boolean isOurs(String place) {
        return place.startsWith("/")
                && !place.startsWith("//")
                && place.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '\\')
                && place.length() <= LONGEST_PLACE;
    }

    private static String printable(String text) {
        var shown = text.codePoints().limit(100).filter(c -> c >= 0x20 && c < 0x7f).toArray();
        return new String(shown, 0, shown.length);
    }

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int MOST = 10_000;
    private static final int LONGEST_PLACE = 1_000;
}

package io.overt.control.access.oidc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.overt.control.access.Authenticator;
import io.overt.control.access.Grants;
import io.overt.control.access.Principal.How;
import io.overt.control.access.Rule;
import io.overt.control.access.Rule.Manner;
import io.overt.control.access.oidc.TokenVerifier.Verdict;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows people by a bearer's token (RFC 6750), else by the cookie of their session, else asks the
 * next. What is shown and does not hold is refused, whatever else is shown. With a cookie, a call
 * that acts must come from a page of ours, as the browser says: a cookie comes along by itself,
 * also when another site's page calls.
 */
public final class PersonAuthenticator implements Authenticator {
    private final TokenVerifier tokens;
    private final Sessions sessions;
    private final Grants grants;
    private final Authenticator otherwise;

    /**
     * Gives people the roles that the grants say.
     *
     * @param otherwise for calls that show neither
     */
    public PersonAuthenticator(
            TokenVerifier tokens, Sessions sessions, Grants grants, Authenticator otherwise) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.grants = grants;
        this.otherwise = otherwise;
    }

    @Override
    public Authentication authenticate(ServerCall<?, ?> call, Metadata headers) {
        var authorizations = all(headers, AUTHORIZATION);
        if (!authorizations.isEmpty()) {
            return authorizations.size() == 1
                    ? bearer(authorizations.getFirst())
                    : new Authentication.Unknown("more than one authorization (expected: one)");
        }
        var cookie = cookie(String.join("; ", all(headers, COOKIE)), SESSION_COOKIE);
        if (cookie.isPresent()) {
            return session(
                    cookie.get(),
                    Rule.of(call.getMethodDescriptor()).map(Rule::manner).orElse(Manner.ACTS),
                    Optional.ofNullable(headers.get(FETCH_SITE)).orElse(""));
        }
        return otherwise.authenticate(call, headers);
    }

    private Authentication bearer(String authorization) {
        var space = authorization.indexOf(' ');
        if (space < 0
                || !authorization.substring(0, space).toLowerCase(Locale.ROOT).equals("bearer")) {
            return new Authentication.Unknown(
                    "an authorization of another kind (expected: Bearer)");
        }
        return switch (tokens.verify(authorization.substring(space + 1).strip())) {
            case Verdict.Believed(var claims) ->
                    new Authentication.Known(grants.person(claims, How.TOKEN));
            case Verdict.Refused(var why) ->
                    new Authentication.Unknown("a token that does not hold: " + why);
        };
    }

    private Authentication session(String cookie, Manner manner, String site) {
        var acts =
                switch (manner) {
                    case ACTS -> true;
                    case READS -> false;
                };
        if (acts && !site.equals(SAME_ORIGIN)) {
            return new Authentication.Unknown(
                    "an act with a session's cookie that no page of ours has sent (expected: header "
                            + FETCH_SITE.name()
                            + ": "
                            + SAME_ORIGIN
                            + ")");
        }
        return sessions.find(cookie)
                .<Authentication>map(
                        session ->
                                new Authentication.Known(
                                        grants.person(session.claims(), How.SESSION)))
                .orElseGet(
                        () ->
                                new Authentication.Unknown(
                                        "no session, or one that is over: sign in again"));
    }

    /** The value of a cookie, where there is exactly one of this name. */
    public static Optional<String> cookie(String header, String name) {
        var found = new ArrayList<String>();
        for (var each : header.split(";", -1)) {
            var pair = each.strip();
            if (pair.startsWith(name + "=")) {
                found.add(pair.substring(name.length() + 1));
            }
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private static java.util.List<String> all(Metadata headers, Metadata.Key<String> key) {
        @Nullable Iterable<String> values = headers.getAll(key);
        var list = new ArrayList<String>();
        if (values != null) {
            values.forEach(list::add);
        }
        return list;
    }

    /** Of a call by a page of the very origin that is called. */
    public static final String SAME_ORIGIN = "same-origin";

    /** Sent to this host alone, over TLS alone: the prefix makes browsers insist on both. */
    public static final String SESSION_COOKIE = "__Host-overt-session";

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> COOKIE =
            Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER);

    /** Browsers say it, and no page can say it for them (Fetch Metadata). */
    private static final Metadata.Key<String> FETCH_SITE =
            Metadata.Key.of("sec-fetch-site", Metadata.ASCII_STRING_MARSHALLER);
}

package io.overt.control.cli;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpServer;
import io.overt.control.access.oidc.Provider;
import io.overt.control.access.oidc.Provider.Discovery;
import io.overt.control.access.oidc.ProviderHttp;
import io.overt.control.access.oidc.ProviderHttp.Answer;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a person's token from the identity provider: by a browser on this machine, which is sent
 * back to a port of the loopback (RFC 8252 §7.3) with PKCE, or by a browser anywhere with a code
 * that its user types (RFC 8628). Blocks until the person is done.
 */
final class ProviderLogin implements AutoCloseable {
    private final CtlSettings.Login login;
    private final PrintWriter tell;
    private final ProviderHttp http;
    private final Provider provider;
    private final SecureRandom random = new SecureRandom();

    /** What it could not get; for people. */
    static final class LoginException extends Exception {
        private static final long serialVersionUID = 1;

        LoginException(String message) {
            super(message);
        }
    }

    ProviderLogin(CtlSettings.Login login, PrintWriter tell) {
        this.login = login;
        this.tell = tell;
        this.http = new ProviderHttp(login.trustAnchors(), Duration.ofSeconds(10));
        this.provider = new Provider(login.issuer(), http, Clock.systemUTC(), Duration.ofHours(1));
    }

    /** By a browser on this machine. */
    String byBrowser() throws LoginException, IOException, InterruptedException {
        var described = described();
        var back = new ArrayBlockingQueue<Map<String, String>>(1);
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try {
            server.createContext(
                    "/callback",
                    exchange -> {
                        var taken = back.offer(parameters(exchange.getRequestURI().getRawQuery()));
                        var body =
                                (taken
                                                ? "Done. Go back to the terminal.\n"
                                                : "This was done before.\n")
                                        .getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().add("content-type", "text/plain");
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
            server.start();
            var callback = "http://127.0.0.1:" + server.getAddress().getPort() + "/callback";
            var state = word();
            var verifier = word();
            var query = new LinkedHashMap<String, String>();
            query.put("response_type", "code");
            query.put("client_id", login.clientId());
            query.put("redirect_uri", callback);
            query.put("scope", SCOPE);
            query.put("state", state);
            query.put("code_challenge", challenge(verifier));
            query.put("code_challenge_method", "S256");
            var separator = described.authorization().getRawQuery() == null ? "?" : "&";
            tell.println("Open this address in a browser on this machine, and sign in:");
            tell.println();
            tell.println(
                    "  " + described.authorization() + separator + ProviderHttp.encoded(query));
            tell.println();
            tell.flush();
            var answer = back.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (answer == null) {
                throw new LoginException("nobody came back from the provider in " + PATIENCE);
            }
            if (!state.equals(answer.get("state"))) {
                throw new LoginException("somebody else's answer came back: nothing was fetched");
            }
            if (!answer.containsKey("code")) {
                throw new LoginException("the provider says: " + answer.get("error"));
            }
            var form = new LinkedHashMap<String, String>();
            form.put("grant_type", "authorization_code");
            form.put("code", String.valueOf(answer.get("code")));
            form.put("redirect_uri", callback);
            form.put("client_id", login.clientId());
            form.put("code_verifier", verifier);
            return token(asked(described.token(), form));
        } finally {
            server.stop(0);
        }
    }

    /** By a browser anywhere. */
    String byDevice() throws LoginException, InterruptedException {
        var described = described();
        var place =
                described
                        .device()
                        .orElseThrow(
                                () ->
                                        new LoginException(
                                                login.issuer() + " has no sign-in for devices"));
        var begun =
                switch (http.post(place, Map.of("client_id", login.clientId(), "scope", SCOPE))) {
                    case Answer.Failed(var why) -> throw new LoginException(why);
                    case Answer.Json(var status, var object, _) when status == 200 -> object;
                    case Answer.Json(var status, var object, _) ->
                            throw new LoginException("the provider says: " + error(object, status));
                };
        tell.println(
                "Open "
                        + member(begun, "verification_uri")
                        + " in any browser, and type "
                        + member(begun, "user_code"));
        tell.flush();
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        form.put("device_code", member(begun, "device_code"));
        form.put("client_id", login.clientId());
        var until = Instant.now().plus(PATIENCE);
        long pause = begun.has("interval") ? begun.get("interval").getAsLong() : 5;
        while (Instant.now().isBefore(until)) {
            // RFC 8628 §3.5: the provider says how often it may be asked.
            TimeUnit.SECONDS.sleep(Math.clamp(pause, 1, 60));
            switch (http.post(described.token(), form)) {
                case Answer.Failed(var why) -> throw new LoginException(why);
                case Answer.Json(var status, var object, _) when status == 200 -> {
                    return token(object);
                }
                case Answer.Json(var status, var object, _) -> {
                    switch (error(object, status)) {
                        case "authorization_pending" -> {}
                        case "slow_down" -> pause += 5;
                        default ->
                                throw new LoginException(
                                        "the provider says: " + error(object, status));
                    }
                }
            }
        }
        throw new LoginException("nobody typed the code in " + PATIENCE);
    }

    private Provider.Described described() throws LoginException {
        return switch (provider.describe()) {
            case Discovery.Found(var described) -> described;
            case Discovery.Unavailable(var why) -> throw new LoginException(why);
        };
    }

    private JsonObject asked(URI place, Map<String, String> form) throws LoginException {
        return switch (http.post(place, form)) {
            case Answer.Failed(var why) -> throw new LoginException(why);
            case Answer.Json(var status, var object, _) -> {
                if (status != 200) {
                    throw new LoginException("the provider says: " + error(object, status));
                }
                yield object;
            }
        };
    }

    /** The ID token: a signed one, by any provider, for us (ADR 0218). */
    private static String token(JsonObject answer) throws LoginException {
        return member(answer, "id_token");
    }

    private static String member(JsonObject object, String name) throws LoginException {
        if (!object.has(name) || !object.get(name).isJsonPrimitive()) {
            throw new LoginException("the provider sent no " + name);
        }
        return object.get(name).getAsString();
    }

    private static String error(JsonObject object, int status) {
        return object.has("error") && object.get("error").isJsonPrimitive()
                ? object.get("error").getAsString()
                : "status " + status;
    }

    private String word() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        PolicySignature.sha256(verifier.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Map<String, String> parameters(@Nullable String query) {
        var parameters = new LinkedHashMap<String, String>();
        for (var each : query == null ? new String[0] : query.split("&")) {
            var equals = each.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        URLDecoder.decode(each.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    @Override
    public void close() {
        http.close();
    }

    private static final String SCOPE = "openid email profile";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
}

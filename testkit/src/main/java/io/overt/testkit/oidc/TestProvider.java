package io.overt.testkit.oidc;

import com.google.gson.Gson;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * An identity provider on this machine: discovery, authorization with PKCE, tokens, device codes,
 * and keys that change. Whoever comes is the person that the test says.
 */
public final class TestProvider implements AutoCloseable {
    /** What this fleet is to it. */
    public static final String CLIENT = "overt";

    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final Map<String, Boolean> devices = new ConcurrentHashMap<>();
    private final AtomicInteger keyFetches = new AtomicInteger();
    private volatile List<ECKey> keys = List.of();
    private volatile String subject = "ann-1";
    private volatile String groups = "network-team";
    private volatile Consumer<JWTClaimsSet.Builder> twist = _ -> {};

    /** Serves on a port of the system's choice. */
    public TestProvider() throws Exception {
        rotate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/.well-known/openid-configuration",
                exchange ->
                        json(
                                exchange,
                                200,
                                Map.of(
                                        "issuer", issuer().toString(),
                                        "authorization_endpoint", issuer() + "/authorize",
                                        "token_endpoint", issuer() + "/token",
                                        "device_authorization_endpoint", issuer() + "/device",
                                        "jwks_uri", issuer() + "/keys")));
        server.createContext(
                "/keys",
                exchange -> {
                    keyFetches.incrementAndGet();
                    var set = new JWKSet(List.<JWK>copyOf(keys));
                    answer(exchange, 200, set.toPublicJWKSet().toString(), "application/json");
                });
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext(
                "/device",
                exchange -> {
                    var code = UUID.randomUUID().toString();
                    devices.put(code, false);
                    json(
                            exchange,
                            200,
                            Map.of(
                                    "device_code",
                                    code,
                                    "user_code",
                                    "WDJB-MJHT",
                                    "verification_uri",
                                    issuer() + "/activate",
                                    "expires_in",
                                    60,
                                    "interval",
                                    1));
                });
        server.createContext(
                "/activate",
                exchange -> {
                    devices.replaceAll((_, _) -> true);
                    answer(exchange, 200, "ok", "text/plain");
                });
        server.start();
    }

    /** Who it is. */
    public URI issuer() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Another key from now on; the ones before are not published any more. */
    public ECKey rotate() throws JOSEException {
        var key = new ECKeyGenerator(Curve.P_256).keyID(UUID.randomUUID().toString()).generate();
        keys = List.of(key);
        return key;
    }

    /** The key that signs. */
    public ECKey key() {
        return keys.getFirst();
    }

    /** How often its keys were asked for. */
    public int keyFetches() {
        return keyFetches.get();
    }

    /** Who comes next. */
    public void person(String subject, String groups) {
        this.subject = subject;
        this.groups = groups;
    }

    /** What it says wrongly in each token from now on. */
    public void twist(Consumer<JWTClaimsSet.Builder> twist) {
        this.twist = twist;
    }

    /** What a token of somebody says. */
    public JWTClaimsSet.Builder claims(String subject, String... groups) {
        var now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(issuer().toString())
                .audience(CLIENT)
                .subject(subject)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("email", subject + "@corp.example")
                .claim("email_verified", true)
                .claim("groups", List.of(groups));
    }

    /** A token that holds. */
    public String token(String subject, String... groups) {
        return sign(claims(subject, groups).build(), key());
    }

    /** A token that says this. */
    public static String sign(JWTClaimsSet claims, ECKey key) {
        try {
            var jwt =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                            claims);
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void authorize(HttpExchange exchange) throws IOException {
        var query = parameters(exchange.getRequestURI().getRawQuery());
        if (!CLIENT.equals(query.get("client_id"))
                || !"S256".equals(query.get("code_challenge_method"))
                || !query.getOrDefault("scope", "").contains("openid")) {
            answer(exchange, 400, "not a request of OpenID Connect with PKCE", "text/plain");
            return;
        }
        var code = UUID.randomUUID().toString();
        codes.put(code, query);
        exchange.getResponseHeaders()
                .add(
                        "location",
                        query.get("redirect_uri")
                                + "?code="
                                + code
                                + "&state="
                                + query.get("state"));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        var form =
                parameters(
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        switch (form.getOrDefault("grant_type", "")) {
            case "authorization_code" -> {
                var asked = Optional.ofNullable(codes.remove(form.getOrDefault("code", "")));
                if (asked.isPresent()
                        && Objects.equals(asked.get().get("redirect_uri"), form.get("redirect_uri"))
                        && Objects.equals(asked.get().get("code_challenge"), challenge(form))) {
                    issue(exchange, Optional.ofNullable(asked.get().get("nonce")));
                } else {
                    json(exchange, 400, Map.of("error", "invalid_grant"));
                }
            }
            case "urn:ietf:params:oauth:grant-type:device_code" -> {
                var code = form.getOrDefault("device_code", "");
                if (!devices.containsKey(code)) {
                    json(exchange, 400, Map.of("error", "invalid_grant"));
                } else if (Boolean.TRUE.equals(devices.get(code))) {
                    devices.remove(code);
                    issue(exchange, Optional.empty());
                } else {
                    json(exchange, 400, Map.of("error", "authorization_pending"));
                }
            }
            default -> json(exchange, 400, Map.of("error", "unsupported_grant_type"));
        }
    }

    private void issue(HttpExchange exchange, Optional<String> nonce) throws IOException {
        var claims = claims(subject, groups);
        nonce.ifPresent(each -> claims.claim("nonce", each));
        twist.accept(claims);
        json(
                exchange,
                200,
                Map.of(
                        "id_token", sign(claims.build(), key()),
                        "access_token", "opaque",
                        "token_type", "Bearer"));
    }

    private static String challenge(Map<String, String> form) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(
                                            form.getOrDefault("code_verifier", "")
                                                    .getBytes(StandardCharsets.US_ASCII)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a query, or of a form. */
    public static Map<String, String> parameters(String encoded) {
        var parameters = new LinkedHashMap<String, String>();
        for (var each : encoded.split("&")) {
            var equals = each.indexOf('=');
            parameters.put(
                    URLDecoder.decode(each.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static void json(HttpExchange exchange, int status, Map<String, ?> object)
            throws IOException {
        answer(exchange, status, new Gson().toJson(object), "application/json");
    }

    private static void answer(HttpExchange exchange, int status, String text, String type)
            throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package io.overt.control.access.oidc;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Asks the provider for JSON: bounded in bytes and in time, without following redirections: what is
 * asked is where the operator, or the provider's own discovery, said. Thread-safe; blocks; whoever
 * opens it closes it.
 */
public final class ProviderHttp implements AutoCloseable {
    private final HttpClient client;
    private final Duration deadline;

    /** What came of it. */
    public sealed interface Answer {

        /** An object; the status may be a failure's. */
        record Json(int status, JsonObject object, String text) implements Answer {}

        /** No answer, none in time, or none that is JSON; for people. */
        record Failed(String why) implements Answer {}
    }

    /**
     * Reads the anchors.
     *
     * @throws IllegalArgumentException when they cannot be used
     */
    public ProviderHttp(Optional<Path> trustAnchors, Duration deadline) {
        var builder =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(deadline);
        trustAnchors.map(ProviderHttp::context).ifPresent(builder::sslContext);
        this.client = builder.build();
        this.deadline = deadline;
    }

    /** Gets an object. */
    public Answer get(URI uri) {
        return ask(HttpRequest.newBuilder(uri).header("accept", "application/json").GET().build());
    }

    /** Posts a form, and gets an object. */
    public Answer post(URI uri, Map<String, String> form) {
        return ask(
                HttpRequest.newBuilder(uri)
                        .header("accept", "application/json")
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(encoded(form)))
                        .build());
    }

    /** As in a query, or in a form. */
    public static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(
                        each ->
                                URLEncoder.encode(each.getKey(), StandardCharsets.UTF_8)
                                        + "="
                                        + URLEncoder.encode(
                                                each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private Answer ask(HttpRequest request) {
        var answer =
                client.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            return read(answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
            answer.cancel(true);
            return new Answer.Failed(request.uri() + ": no whole answer in " + deadline);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Answer.Failed(request.uri() + ": " + cause);
        } catch (InterruptedException _) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Answer.Failed(request.uri() + ": interrupted");
        }
    }

    private static Answer read(HttpResponse<byte[]> response) {
        var text = new String(response.body(), StandardCharsets.UTF_8);
        try {
            var reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            return new Answer.Json(
                    response.statusCode(), JsonParser.parseReader(reader).getAsJsonObject(), text);
        } catch (JsonParseException | IllegalStateException _) {
            return new Answer.Failed(
                    response.uri() + ": status " + response.statusCode() + ", and no JSON object");
        }
    }

    private static SSLContext context(Path anchors) {
        try (var stream = Files.newInputStream(anchors)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int n = 0;
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
                store.setCertificateEntry("anchor-" + n++, each);
            }
            if (n == 0) {
                throw new IllegalArgumentException(anchors + ": no certificate in it");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(anchors + ": cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** Keys, discovery, tokens: a few kilobytes each. */
    private static final long MOST_BYTES = 1 << 20;
}

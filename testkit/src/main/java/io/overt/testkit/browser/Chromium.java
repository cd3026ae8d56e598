package io.overt.testkit.browser;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A headless Chromium of the operating system, spoken to in its own protocol (CDP) over a web
 * socket of the JDK's: no driver beside it, nothing downloaded. Thread-safe; whoever starts it
 * closes it, and its tabs with it.
 */
public final class Chromium implements AutoCloseable {
    private final Process process;
    private final HttpClient http;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonObject>> calls = new ConcurrentHashMap<>();
    private final Map<String, Consumer<JsonObject>> sessions = new ConcurrentHashMap<>();
    private final WebSocket socket;

    /** A call that the browser answered with an error: most often, the page is being replaced. */
    static final class CallFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CallFailedException(String message) {
            super(message);
        }
    }

    /**
     * Starts one; returns when it listens.
     *
     * @param directory for its profile; nothing is in it before
     * @throws IOException when the machine has no Chromium
     * @throws IllegalStateException when it does not listen after a minute
     */
    public static Chromium start(Path directory) throws IOException {
        var command =
                List.of(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-extensions",
                        "--mute-audio",
                        // Nobody's trust store has the CA of a test.
                        "--ignore-certificate-errors",
                        // Times are the same on every machine.
                        "--lang=en-GB",
                        "--force-color-profile=srgb",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + directory,
                        "about:blank");
        var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TZ", "Europe/Berlin");
        var process = builder.start();
        var http = HttpClient.newHttpClient();
        try {
            return new Chromium(process, http, listening(process));
        } catch (IllegalStateException e) {
            process.destroyForcibly();
            http.close();
            throw e;
        }
    }

    private Chromium(Process process, HttpClient http, URI address) {
        this.process = process;
        this.http = http;
        this.socket =
                http.newWebSocketBuilder()
                        .buildAsync(address, new Messages())
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
    }

    /** Its first lines on standard error say where; the others are read, so that it never waits. */
    private static URI listening(Process process) {
        var found = new CompletableFuture<URI>();
        Thread.ofVirtual()
                .name("chromium-stderr")
                .start(
                        () -> {
                            try (BufferedReader lines = process.errorReader()) {
                                lines.lines()
                                        .filter(line -> line.startsWith(LISTENING))
                                        .forEach(
                                                line ->
                                                        found.complete(
                                                                URI.create(
                                                                        line.substring(
                                                                                LISTENING
                                                                                        .length()))));
                                found.completeExceptionally(
                                        new IllegalStateException("chromium ended"));
                            } catch (IOException e) {
                                found.completeExceptionally(e);
                            }
                        });
        try {
            return found.get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("chromium does not listen", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** An empty tab that shares no cookie and no storage with any other. */
    public Tab open(int width, int height) {
        var context = call("", "Target.createBrowserContext", new JsonObject());
        var target = new JsonObject();
        target.addProperty("url", "about:blank");
        target.addProperty("width", width);
        target.addProperty("height", height);
        target.add("browserContextId", context.get("browserContextId"));
        var attach = new JsonObject();
        attach.add("targetId", call("", "Target.createTarget", target).get("targetId"));
        attach.addProperty("flatten", true);
        var session = call("", "Target.attachToTarget", attach).get("sessionId").getAsString();
        return new Tab(this, session, context.get("browserContextId").getAsString());
    }

    void subscribe(String session, Consumer<JsonObject> events) {
        sessions.put(session, events);
    }

    void dispose(String session, String context) {
        sessions.remove(session);
        var which = new JsonObject();
        which.addProperty("browserContextId", context);
        call("", "Target.disposeBrowserContext", which);
    }

    /** Calls and waits. An empty session is the browser itself. */
    JsonObject call(String session, String method, JsonObject parameters) {
        long id = ids.incrementAndGet();
        var message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", parameters);
        if (!session.isEmpty()) {
            message.addProperty("sessionId", session);
        }
        var answer = new CompletableFuture<JsonObject>();
        calls.put(id, answer);
        try {
            synchronized (socket) { // one text at a time
                socket.sendText(message.toString(), true)
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            var got = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            JsonElement error = got.get("error");
            if (error != null) {
                throw new CallFailedException(method + ": " + error);
            }
            return got.getAsJsonObject("result");
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + " was not answered: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            calls.remove(id);
        }
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                var message = JsonParser.parseString(text.toString()).getAsJsonObject();
                text.setLength(0);
                deliver(message);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }

    private void deliver(JsonObject message) {
        if (message.has("id")) {
            var call = calls.get(message.get("id").getAsLong());
            if (call != null) {
                call.complete(message);
            }
        } else if (message.has("sessionId")) {
            var session = sessions.get(message.get("sessionId").getAsString());
            if (session != null) {
                session.accept(message);
            }
        }
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
        // Its children go when it goes, unless it is killed; their files are there until then.
        var children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            for (var child : children) {
                var _ = child.destroyForcibly();
                child.onExit().orTimeout(CLOSING.toSeconds(), TimeUnit.SECONDS).join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private static final String LISTENING = "DevTools listening on ";
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(5);
}

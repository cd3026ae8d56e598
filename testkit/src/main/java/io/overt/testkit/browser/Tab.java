package io.overt.testkit.browser;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A tab. What is on its page is found as a screen reader finds it, by role and accessible name, and
 * used as a person does, with a mouse and keys. Whatever the browser complains of is kept. Confined
 * to one thread.
 */
public final class Tab implements AutoCloseable {
    private final Chromium browser;
    private final String session;
    private final String context;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Tab(Chromium browser, String session, String context) {
        this.browser = browser;
        this.session = session;
        this.context = context;
        browser.subscribe(session, this::hear);
        for (var domain : List.of("Page", "Runtime", "Log", "DOM", "Accessibility")) {
            call(domain + ".enable");
        }
    }

    /** What the browser complained of so far: errors of scripts, broken rules of the CSP. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    private void hear(JsonObject message) {
        var parameters = message.getAsJsonObject("params");
        switch (message.get("method").getAsString()) {
            case "Runtime.exceptionThrown" ->
                    complaints.add("exception: " + parameters.get("exceptionDetails"));
            case "Runtime.consoleAPICalled" -> {
                var type = parameters.get("type").getAsString();
                if (type.equals("error") || type.equals("warning") || type.equals("assert")) {
                    complaints.add("console." + type + ": " + parameters.get("args"));
                }
            }
            case "Log.entryAdded" -> {
                var entry = parameters.getAsJsonObject("entry");
                // The API's answers are the page's to show; every other refused load is a defect.
                boolean answered =
                        entry.get("source").getAsString().equals("network")
                                && entry.has("url")
                                && entry.get("url").getAsString().contains("/v1/");
                if (!answered && !entry.get("level").getAsString().equals("verbose")) {
                    complaints.add("log: " + entry);
                }
            }
            default -> {}
        }
    }

    // ---- pages

    /** Goes there; the page's script may not have run yet. */
    public void go(String url) {
        call("Page.navigate", with("url", url));
    }

    /** Lets the page believe in a screen of this size. */
    public void resize(int width, int height) {
        var metrics = with("width", width);
        metrics.addProperty("height", height);
        metrics.addProperty("deviceScaleFactor", 1);
        metrics.addProperty("mobile", false);
        call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /** As the operating system's setting would. */
    public void prefer(Scheme scheme) {
        var feature = with("name", "prefers-color-scheme");
        feature.addProperty("value", scheme.name().toLowerCase(Locale.ROOT));
        var features = new JsonArray();
        features.add(feature);
        var parameters = new JsonObject();
        parameters.add("features", features);
        call("Emulation.setEmulatedMedia", parameters);
    }

    /** Light or dark. */
    public enum Scheme {
        LIGHT,
        DARK
    }

    /** What is seen, as a PNG. */
    public void screenshot(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var shot = call("Page.captureScreenshot", with("format", "png"));
        Files.write(file, Base64.getDecoder().decode(shot.get("data").getAsString()));
    }

    /** Files that pages save go there from now on, without a question. */
    public void saveTo(Path folder) throws IOException {
        var parameters = with("behavior", "allow");
        parameters.addProperty("browserContextId", context);
        parameters.addProperty(
                "downloadPath", Files.createDirectories(folder).toAbsolutePath().toString());
        var _ = browser.call("", "Browser.setDownloadBehavior", parameters);
    }

    // ---- script

    /** Evaluates an expression; a promise is awaited. */
    public JsonElement evaluate(String expression) {
        var parameters = with("expression", expression);
        parameters.addProperty("awaitPromise", true);
        parameters.addProperty("returnByValue", true);
        var answer = call("Runtime.evaluate", parameters);
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        var result = answer.getAsJsonObject("result");
        return result.has("value") ? result.get("value") : JsonNull.INSTANCE;
    }

    /** Waits until an expression of the page is true, for twenty seconds. */
    public void until(String expression) {
        until(expression, PATIENCE);
    }

    /**
     * Waits until an expression of the page is true. Whatever it throws is a no, and so is a page
     * that is being replaced by another.
     *
     * @param atMost after which it is an error, with what the page shows
     */
    public void until(String expression, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!isTrueWithinASlice(expression)) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError(
                        "not so after "
                                + atMost
                                + ": "
                                + expression
                                + "\ncomplaints: "
                                + complaints
                                + "\npage: "
                                + evaluate("location.href").getAsString()
                                + "\n"
                                + text());
            }
        }
    }

    /** Asked again and again on the page, where asking costs nothing. */
    private boolean isTrueWithinASlice(String expression) {
        try {
            return evaluate(
                            """
                            new Promise(done => {
                              const end = Date.now() + %d;
                              const look = () => {
                                let met = false;
                                try { met = Boolean(%s); } catch (e) { met = false; }
                                if (met || Date.now() > end) done(met);
                                else setTimeout(look, 15);
                              };
                              look();
                            })
                            """
                                    .formatted(SLICE.toMillis(), expression))
                    .getAsBoolean();
        } catch (Chromium.CallFailedException _) {
            return false; // the page is being replaced
        }
    }

    /** Waits until the page shows a text. */
    public void untilSeen(String text) {
        untilSeen(text, PATIENCE);
    }

    /** Waits until the page shows a text. */
    public void untilSeen(String text, Duration atMost) {
        until("document.body.innerText.includes(" + quoted(text) + ")", atMost);
    }

    /** Waits until the page shows it no more. */
    public void untilGone(String text) {
        until("!document.body.innerText.includes(" + quoted(text) + ")");
    }

    /** All that the page shows. */
    public String text() {
        return evaluate("document.body.innerText").getAsString();
    }

    /** Role, name and state of what has the focus. */
    public String focused() {
        var which = with("expression", "document.activeElement");
        var object = call("Runtime.evaluate", which).getAsJsonObject("result");
        var nodes =
                call("Accessibility.getPartialAXTree", partial(object.get("objectId")))
                        .getAsJsonArray("nodes");
        var node = nodes.get(0).getAsJsonObject();
        return value(node, "role") + " " + value(node, "name");
    }

    // ---- a person's hands

    /** Clicks the first element of this role and name, once it is there. */
    public void click(String role, String name) {
        var node = await(role, name);
        call("DOM.scrollIntoViewIfNeeded", with("backendNodeId", node));
        var quad =
                call("DOM.getContentQuads", with("backendNodeId", node))
                        .getAsJsonArray("quads")
                        .get(0)
                        .getAsJsonArray();
        double x = (quad.get(0).getAsDouble() + quad.get(4).getAsDouble()) / 2;
        double y = (quad.get(1).getAsDouble() + quad.get(5).getAsDouble()) / 2;
        for (var type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            var event = with("type", type);
            event.addProperty("x", x);
            event.addProperty("y", y);
            event.addProperty("button", type.equals("mouseMoved") ? "none" : "left");
            event.addProperty("clickCount", type.equals("mouseMoved") ? 0 : 1);
            call("Input.dispatchMouseEvent", event);
        }
    }

    /** Puts the focus there and replaces what is in it. */
    public void fill(String role, String name, String text) {
        var node = await(role, name);
        call("DOM.focus", with("backendNodeId", node));
        evaluate("document.activeElement.select()");
        if (text.isEmpty()) {
            press("Delete");
        } else {
            type(text);
        }
    }

    /** Gives a file input files of this machine. */
    public void upload(String selector, Path file) {
        var object =
                call(
                                "Runtime.evaluate",
                                with(
                                        "expression",
                                        "document.querySelector(" + quoted(selector) + ")"))
                        .getAsJsonObject("result");
        var files = new JsonArray();
        files.add(file.toAbsolutePath().toString());
        var parameters = new JsonObject();
        parameters.add("objectId", object.get("objectId"));
        parameters.add("files", files);
        call("DOM.setFileInputFiles", parameters);
    }

    /** Types a text as an input method would: no key is pressed. */
    public void type(String text) {
        call("Input.insertText", with("text", text));
    }

    /**
     * Presses and lets go of a key: {@code Tab}, {@code Shift+Tab}, {@code Control+s}, {@code g}.
     */
    public void press(String key) {
        for (var event : KeyStroke.of(key)) {
            call("Input.dispatchKeyEvent", event);
        }
    }

    // ---- finding

    private JsonPrimitive await(String role, String name) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var found = find(role, name);
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "no "
                                + role
                                + " \""
                                + name
                                + "\"\ncomplaints: "
                                + complaints
                                + "\npage: "
                                + text());
            }
            // Until the page has painted again; nothing else can have changed what is there.
            evaluate("new Promise(done => setTimeout(done, 15))");
        }
    }

    private Optional<JsonPrimitive> find(String role, String name) {
        try {
            var document =
                    call("Runtime.evaluate", with("expression", "document"))
                            .getAsJsonObject("result");
            var query = new JsonObject();
            query.add("objectId", document.get("objectId"));
            query.addProperty("role", role);
            query.addProperty("accessibleName", name);
            for (var each : call("Accessibility.queryAXTree", query).getAsJsonArray("nodes")) {
                var node = each.getAsJsonObject();
                if (!node.get("ignored").getAsBoolean() && !disabled(node)) {
                    return Optional.of(node.getAsJsonPrimitive("backendDOMNodeId"));
                }
            }
            return Optional.empty();
        } catch (Chromium.CallFailedException _) {
            return Optional.empty(); // the page is being replaced
        }
    }

    private static boolean disabled(JsonObject node) {
        if (!node.has("properties")) {
            return false;
        }
        for (var each : node.getAsJsonArray("properties")) {
            var property = each.getAsJsonObject();
            if (property.get("name").getAsString().equals("disabled")) {
                return property.getAsJsonObject("value").get("value").getAsBoolean();
            }
        }
        return false;
    }

    private static String value(JsonObject node, String name) {
        return node.has(name) && node.getAsJsonObject(name).has("value")
                ? node.getAsJsonObject(name).get("value").getAsString()
                : "";
    }

    private static JsonObject partial(JsonElement objectId) {
        var parameters = new JsonObject();
        parameters.add("objectId", objectId);
        parameters.addProperty("fetchRelatives", false);
        return parameters;
    }

    // ---- protocol

    private JsonObject call(String method) {
        return call(method, new JsonObject());
    }

    private JsonObject call(String method, JsonObject parameters) {
        return browser.call(session, method, parameters);
    }

    private static JsonObject with(String name, String value) {
        var object = new JsonObject();
        object.addProperty(name, value);
        return object;
    }

    private static JsonObject with(String name, Number value) {
        var object = new JsonObject();
        object.addProperty(name, value);
        return object;
    }

    private static JsonObject with(String name, JsonPrimitive value) {
        var object = new JsonObject();
        object.add(name, value);
        return object;
    }

    private static String quoted(String text) {
        return new JsonPrimitive(text).toString();
    }

    @Override
    public void close() {
        browser.dispose(session, context);
    }

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Of a wait; a new page is looked at after it at the latest. */
    private static final Duration SLICE = Duration.ofSeconds(2);
}

package io.overt.control.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A tab. What is on its page is found as a screen reader finds it, by role and accessible name, and
 * used as a person does, with a mouse and keys. Whatever the browser complains of is kept. Confined
 * to one thread.
 */
final class Tab implements AutoCloseable {
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
    List<String> complaints() {
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
    void go(String url) {
        call("Page.navigate", with("url", url));
    }

    /** Lets the page believe in a screen of this size. */
    void resize(int width, int height) {
        var metrics = with("width", width);
        metrics.addProperty("height", height);
        metrics.addProperty("deviceScaleFactor", 1);
        metrics.addProperty("mobile", false);
        call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /** As the operating system's setting would. */
    void prefer(Scheme scheme) {
        var feature = with("name", "prefers-color-scheme");
        feature.addProperty("value", scheme.name().toLowerCase(Locale.ROOT));
        var features = new JsonArray();
        features.add(feature);
        var parameters = new JsonObject();
        parameters.add("features", features);
        call("Emulation.setEmulatedMedia", parameters);
    }

    enum Scheme {
        LIGHT,
        DARK
    }

    /** Sets a cookie, as a sign-in would. */
    void cookie(String url, String name, String value) {
        var cookie = with("url", url);
        cookie.addProperty("name", name);
        cookie.addProperty("value", value);
        cookie.addProperty("secure", url.startsWith("https:"));
        cookie.addProperty("httpOnly", true);
        call("Network.setCookie", cookie);
    }

    /** What is seen, as a PNG. */
    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var shot = call("Page.captureScreenshot", with("format", "png"));
        Files.write(file, Base64.getDecoder().decode(shot.get("data").getAsString()));
    }

    // ---- script

    /** Evaluates an expression; a promise is awaited. */
    JsonElement evaluate(String expression) {
        var parameters = with("expression", expression);
        parameters.addProperty("awaitPromise", true);
        parameters.addProperty("returnByValue", true);
        var answer = call("Runtime.evaluate", parameters);
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        var result = answer.getAsJsonObject("result");
        return result.has("value") ? result.get("value") : com.google.gson.JsonNull.INSTANCE;
    }

    /** Waits until an expression of the page is true; it is asked again whenever a page changes. */
    void until(String expression) {
        var met =
                evaluate(
                        """
                        new Promise(done => {
                          const end = Date.now() + %d;
                          const look = () => {
                            let met = false;
                            try { met = Boolean(%s); } catch (e) { met = false; }
                            if (met) done("");
                            else if (Date.now() > end)
                              done(location.href + "\\n" + (document.body ? document.body.innerText : ""));
                            else setTimeout(look, 15);
                          };
                          look();
                        })
                        """
                                .formatted(PATIENCE_MILLISECONDS, expression));
        if (!met.getAsString().isEmpty()) {
            throw new AssertionError(
                    "not so after "
                            + PATIENCE_MILLISECONDS
                            + " ms: "
                            + expression
                            + "\ncomplaints: "
                            + complaints
                            + "\npage: "
                            + met.getAsString());
        }
    }

    /** Waits until the page shows a text. */
    void untilSeen(String text) {
        until("document.body.innerText.includes(" + quoted(text) + ")");
    }

    /** Waits until the page shows it no more. */
    void untilGone(String text) {
        until("!document.body.innerText.includes(" + quoted(text) + ")");
    }

    /** All that the page shows. */
    String text() {
        return evaluate("document.body.innerText").getAsString();
    }

    /** Role, name and state of what has the focus. */
    String focused() {
        var which = with("expression", "document.activeElement");
        var object = call("Runtime.evaluate", which).getAsJsonObject("result");
        var nodes =
                call("Accessibility.getPartialAXTree", partial(object.get("objectId")))
                        .getAsJsonArray("nodes");
        var node = nodes.get(0).getAsJsonObject();
        return value(node, "role") + " " + value(node, "name");
    }

    // ---- a person's hands

    /** Waits for the element of this role and name to be there, and usable. */
    boolean has(String role, String name) {
        return find(role, name).isPresent();
    }

    /** Clicks the first element of this role and name, once it is there. */
    void click(String role, String name) {
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
    void fill(String role, String name, String text) {
        var node = await(role, name);
        call("DOM.focus", with("backendNodeId", node));
        evaluate("document.activeElement.select()");
        if (text.isEmpty()) {
            press("Delete");
        } else {
            type(text);
        }
    }

    /** Chooses an option of a select by what it reads. */
    void choose(String name, String option) {
        var node = await("combobox", name);
        call("DOM.focus", with("backendNodeId", node));
        evaluate(
                """
                (() => {
                  const box = document.activeElement;
                  const found = [...box.options].find(each => each.text.trim() === %s);
                  if (!found) throw new Error("no such option among " + [...box.options].map(o => o.text));
                  box.value = found.value;
                  box.dispatchEvent(new Event("input", {bubbles: true}));
                  box.dispatchEvent(new Event("change", {bubbles: true}));
                })()
                """
                        .formatted(quoted(option)));
    }

    /** Gives a file input files of this machine. */
    void upload(String selector, Path file) {
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
    void type(String text) {
        call("Input.insertText", with("text", text));
    }

    /**
     * Presses and lets go of a key: {@code Tab}, {@code Shift+Tab}, {@code Control+s}, {@code g}.
     */
    void press(String key) {
        var parts = List.of(key.split("\\+(?=.)"));
        int modifiers = 0;
        for (var modifier : parts.subList(0, parts.size() - 1)) {
            modifiers |=
                    switch (modifier) {
                        case "Alt" -> 1;
                        case "Control" -> 2;
                        case "Shift" -> 8;
                        default -> throw new IllegalArgumentException(modifier);
                    };
        }
        var name = parts.getLast();
        var event = with("key", name);
        event.addProperty("modifiers", modifiers);
        event.addProperty("windowsVirtualKeyCode", code(name));
        if (name.length() == 1) {
            event.addProperty("code", "Key" + name.toUpperCase(Locale.ROOT));
            if ((modifiers & 2) == 0) {
                event.addProperty("text", name);
            }
        } else {
            event.addProperty("code", name);
            if (name.equals("Enter")) {
                event.addProperty("text", "\r");
            }
        }
        event.addProperty("type", event.has("text") ? "keyDown" : "rawKeyDown");
        call("Input.dispatchKeyEvent", event);
        event.addProperty("type", "keyUp");
        event.remove("text");
        call("Input.dispatchKeyEvent", event);
    }

    private static int code(String key) {
        return switch (key) {
            case "Tab" -> 9;
            case "Enter" -> 13;
            case "Escape" -> 27;
            case " " -> 32;
            case "End" -> 35;
            case "Home" -> 36;
            case "ArrowLeft" -> 37;
            case "ArrowUp" -> 38;
            case "ArrowRight" -> 39;
            case "ArrowDown" -> 40;
            case "Delete" -> 46;
            case "?" -> 191;
            case "/" -> 191;
            default -> {
                if (key.length() != 1) {
                    throw new IllegalArgumentException(key);
                }
                yield key.toUpperCase(Locale.ROOT).charAt(0);
            }
        };
    }

    // ---- finding

    private JsonPrimitive await(String role, String name) {
        long end = System.nanoTime() + PATIENCE_MILLISECONDS * 1_000_000L;
        while (true) {
            var found = find(role, name);
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > end) {
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

    private java.util.Optional<JsonPrimitive> find(String role, String name) {
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
                    return java.util.Optional.of(node.getAsJsonPrimitive("backendDOMNodeId"));
                }
            }
            return java.util.Optional.empty();
        } catch (Chromium.CallFailedException _) {
            return java.util.Optional.empty(); // the page is being replaced
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

    static String quoted(String text) {
        return new JsonPrimitive(text).toString();
    }

    @Override
    public void close() {
        browser.dispose(session, context);
    }

    private static final int PATIENCE_MILLISECONDS = 20_000;
}

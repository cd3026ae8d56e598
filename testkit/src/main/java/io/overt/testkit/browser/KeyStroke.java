package io.overt.testkit.browser;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;

/** A key that is pressed and let go of, as the browser's protocol has it. */
final class KeyStroke {

    /**
     * Down and up.
     *
     * @param key as {@link Tab#press} takes it
     */
    static List<JsonObject> of(String key) {
        var parts = List.of(key.split("\\+(?=.)"));
        int modifiers = 0;
        for (var modifier : parts.subList(0, parts.size() - 1)) {
            modifiers |=
                    switch (modifier) {
                        case "Alt" -> 1;
                        case "Control" -> CONTROL;
                        case "Shift" -> 8;
                        default -> throw new IllegalArgumentException(modifier);
                    };
        }
        var name = parts.getLast();
        var down = new JsonObject();
        down.addProperty("key", name);
        down.addProperty("modifiers", modifiers);
        down.addProperty("windowsVirtualKeyCode", code(name));
        down.addProperty("code", name.length() == 1 ? "Key" + name.toUpperCase(Locale.ROOT) : name);
        var up = down.deepCopy();
        up.addProperty("type", "keyUp");
        if (name.length() == 1 && (modifiers & CONTROL) == 0) {
            down.addProperty("text", name);
        } else if (name.equals("Enter")) {
            down.addProperty("text", "\r");
        }
        down.addProperty("type", down.has("text") ? "keyDown" : "rawKeyDown");
        return List.of(down, up);
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
            case "?", "/" -> 191;
            default -> {
                if (key.length() != 1) {
                    throw new IllegalArgumentException(key);
                }
                yield key.toUpperCase(Locale.ROOT).charAt(0);
            }
        };
    }

    private static final int CONTROL = 2;

    private KeyStroke() {}
}

package io.overt.signer.ceremony;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a transcript, read strictly: no member twice, since two readers would read two
 * things.
 *
 * @param texts members that are text
 * @param objects members that are lists of objects, with their members that are text
 */
record TranscriptLine(Map<String, String> texts, Map<String, List<Map<String, String>>> objects) {

    TranscriptLine {
        texts = Map.copyOf(texts);
        objects = Map.copyOf(objects);
    }

    static TranscriptLine parse(String line) throws MalformedTranscriptException {
        Map<String, String> texts = new HashMap<>();
        Map<String, List<Map<String, String>>> objects = new HashMap<>();
        JsonReader json = new JsonReader(new StringReader(line));
        json.setStrictness(Strictness.STRICT);
        try {
            members(json, texts, objects);
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedTranscriptException("something behind the object");
            }
        } catch (MalformedTranscriptException e) {
            throw e;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            // The reader's ways to say that it met something else.
            throw new MalformedTranscriptException("not a JSON object: " + e.getMessage());
        }
        return new TranscriptLine(texts, objects);
    }

    private static void members(
            JsonReader json,
            Map<String, String> texts,
            Map<String, List<Map<String, String>>> objects)
            throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (texts.containsKey(name) || objects.containsKey(name)) {
                throw new MalformedTranscriptException("member '" + name + "' twice");
            }
            switch (json.peek()) {
                case STRING -> texts.put(name, json.nextString());
                case BEGIN_ARRAY -> objects.put(name, list(json));
                case BEGIN_OBJECT, NUMBER, BOOLEAN, NULL -> json.skipValue();
                case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT ->
                        throw new IllegalStateException("a name without a value");
            }
        }
        json.endObject();
    }

    /** The objects of a list; what else is in it says nothing that we read. */
    private static List<Map<String, String>> list(JsonReader json) throws IOException {
        List<Map<String, String>> items = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() == JsonToken.BEGIN_OBJECT) {
                Map<String, String> texts = new HashMap<>();
                members(json, texts, new HashMap<>());
                items.add(Map.copyOf(texts));
            } else {
                json.skipValue();
            }
        }
        json.endArray();
        return List.copyOf(items);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }

    String required(String name) throws MalformedTranscriptException {
        String text = texts.get(name);
        if (text == null) {
            throw new MalformedTranscriptException(
                    "step '%s' has no text '%s'".formatted(texts.getOrDefault("step", ""), name));
        }
        return text;
    }

    List<Map<String, String>> objects(String name) {
        return objects.getOrDefault(name, List.of());
    }
}

package io.overt.control.web.notice;

import io.overt.control.web.html.Html;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;

/** The page's own sentences, by language. Immutable. */
final class Words {
    private final Map<Language, Properties> byLanguage = new EnumMap<>(Language.class);

    Words() {
        for (var language : Language.values()) {
            byLanguage.put(language, read(language));
        }
    }

    /**
     * A sentence as HTML: its places {@code {0}}, {@code {1}} filled with texts, which are escaped.
     *
     * @throws IllegalStateException when there is no such sentence: a defect of ours
     */
    String html(Language language, String key, String... texts) {
        var sentence = sentences(language).getProperty(key);
        if (sentence == null) {
            throw new IllegalStateException(language + " has no words for " + key);
        }
        var html = Html.escape(sentence);
        for (int i = 0; i < texts.length; i++) {
            html = html.replace("{" + i + "}", Html.escape(texts[i]));
        }
        return html;
    }

    Properties sentences(Language language) {
        var sentences = byLanguage.get(language);
        if (sentences == null) {
            throw new IllegalStateException("every language was read");
        }
        return sentences;
    }

    private static Properties read(Language language) {
        var name = "notice-" + language.tag() + ".properties";
        try (var stream = Words.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            var sentences = new Properties();
            sentences.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
            return sentences;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }
}

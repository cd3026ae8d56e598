package io.overt.control.web.notice;

import io.overt.service.config.ConfigNode;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Section {@code notice} of the configuration.
 *
 * @param organisation who inspects, as people know it
 * @param contact whom to ask: an address or a telephone number
 * @param words what is inspected here and why, by language, English always
 * @param caCertificates files of the certificates that clients are to trust
 */
public record NoticeSettings(
        String organisation,
        String contact,
        Map<Language, String> words,
        List<Path> caCertificates) {

    /** Takes copies. */
    public NoticeSettings {
        words = Map.copyOf(words);
        caCertificates = List.copyOf(caCertificates);
    }

    /** Reads every key of the section. */
    public static NoticeSettings read(ConfigNode section) {
        var organisation = section.text("organisation");
        var contact = section.text("contact");
        var words = new EnumMap<Language, String>(Language.class);
        var texts = section.section("about");
        words.put(Language.EN, texts.text("en"));
        texts.optionalText("de").ifPresent(text -> words.put(Language.DE, text));
        return new NoticeSettings(organisation, contact, words, section.paths("ca-certificates"));
    }
}

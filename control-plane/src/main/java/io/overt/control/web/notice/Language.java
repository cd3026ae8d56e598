package io.overt.control.web.notice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the page can be read in. */
public enum Language {
    EN("English"),
    DE("Deutsch");

    private final String ownName;

    Language(String ownName) {
        this.ownName = ownName;
    }

    /** As it calls itself. */
    String ownName() {
        return ownName;
    }

    /** BCP 47. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By its tag, exactly. */
    static Optional<Language> of(String tag) {
        return Arrays.stream(values()).filter(each -> each.tag().equals(tag)).findFirst();
    }

    /** What a browser prefers (RFC 9110 §12.5.4); English when it says nothing that is here. */
    static Language preferred(String acceptLanguage) {
        List<Locale.LanguageRange> ranges;
        try {
            ranges = Locale.LanguageRange.parse(acceptLanguage.isBlank() ? "en" : acceptLanguage);
        } catch (IllegalArgumentException _) {
            // A header that is none is the same as no header.
            return EN;
        }
        return Optional.ofNullable(
                        Locale.lookupTag(
                                ranges, Arrays.stream(values()).map(Language::tag).toList()))
                .flatMap(Language::of)
                .orElse(EN);
    }
}

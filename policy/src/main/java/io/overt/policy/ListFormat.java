package io.overt.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the lines of a list are to be read. */
public enum ListFormat {
    /** One name a line, in the notation of {@code host}; {@code #} begins a comment. */
    NAMES("one name a line, in the notation of `host`; `#` begins a comment"),
    /** As {@code /etc/hosts}: an address, then names, each that name only. */
    HOSTS("as `/etc/hosts`: an address, whichever, and names, each that name only"),
    /** Rules of content blockers, of which {@code ||host^} is the one that names hosts. */
    ADBLOCK(
            "rules of content blockers, of which `||host^` is read: the host and every name below it");

    private final String meaning;

    ListFormat(String meaning) {
        this.meaning = meaning;
    }

    /** As a document writes it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ListFormat> of(String word) {
        return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(ListFormat::word).toList();
    }

    /** A phrase for people who write policies. */
    String meaning() {
        return meaning;
    }

    /**
     * What a file is, by its first line that is neither empty nor a comment. What begins like a
     * rule, a header or a comment of a content blocker's list is one; two words of which the first
     * is an address are a line of a hosts file.
     */
    static ListFormat guess(String line) {
        if (line.startsWith("!")
                || line.startsWith("[")
                || line.startsWith("||")
                || line.startsWith("@@")) {
            return ADBLOCK;
        }
        String[] words = line.split("\\s+", 3);
        return words.length > 1 && isAddress(words[0]) ? HOSTS : NAMES;
    }

    // Where the address leads is nothing to us: it only tells a line of a hosts file from others.
    static boolean isAddress(String word) {
        boolean six = word.indexOf(':') >= 0;
        boolean four = !six && word.chars().filter(c -> c == '.').count() == 3;
        return (six || four)
                && word.chars()
                        .allMatch(
                                c ->
                                        (c >= '0' && c <= '9')
                                                || c == '.'
                                                || (six
                                                        && (c == ':'
                                                                || c == '%'
                                                                || Character.isLetter(c))));
    }
}

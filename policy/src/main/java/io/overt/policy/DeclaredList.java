package io.overt.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A list as the document declares it, for whoever has to provide what is in it before the document
 * can be compiled.
 *
 * @param name that rules call it by
 * @param format how its text is to be read; empty: by its first line
 * @param source where its text is from
 * @param line of the document that says so, from 1
 * @param column likewise
 */
public record DeclaredList(
        String name, Optional<ListFormat> format, Source source, int line, int column) {

    /** Where a list's text is from. */
    public sealed interface Source {

        /** A file beside the document. */
        record OfFile(String path) implements Source {}

        /**
         * Somewhere else.
         *
         * @param url {@code https}, or {@code http} with a proof
         * @param every how often it is looked at
         * @param maxBytes of its text
         * @param proof what vouches for its text besides the connection
         * @param mayShrink the share of its names, in percent, that it may lose at once
         * @param suffixes what becomes of an entry that is everything below a public suffix
         */
        record Fetched(
                String url,
                Duration every,
                long maxBytes,
                Proof proof,
                int mayShrink,
                Suffixes suffixes)
                implements Source {}
    }

    /** What vouches for a fetched text, besides the connection that it came by. */
    public sealed interface Proof {

        /** Nothing does. */
        record None() implements Proof {}

        /** It is one text for ever: SHA-256 in hexadecimal, in lower case. */
        record Checksum(String sha256) implements Proof {}

        /**
         * Whoever has the key's other half.
         *
         * @param key of OpenSSH ({@code ssh-ed25519 …}) or of minisign ({@code RW…})
         * @param url where the signature is
         */
        record Signed(String key, String url) implements Proof {}
    }

    /** What becomes of a fetched list with an entry that is everything below a public suffix. */
    public enum Suffixes {
        /** The list is refused as a whole: nobody blocks a country by intent. */
        REFUSE,
        /** It is warned of. */
        WARN
    }

    /**
     * The lists of a document, in its order. What is wrong with one, or with the document, is left
     * out: the compiler says it.
     */
    public static List<DeclaredList> of(byte[] document) {
        if (document.length > Limits.DOCUMENT_BYTES) {
            return List.of();
        }
        Problems ignored = Problems.ofDocument();
        return Utf8.decode(document, ignored)
                .flatMap(text -> YamlReader.read(text, "`policy` and `rules`", ignored))
                .flatMap(
                        root ->
                                Fields.of(
                                                root,
                                                "the document",
                                                PolicyCompiler.KEYS.names(),
                                                ignored)
                                        .value("lists"))
                .map(DeclaredList::ofSection)
                .orElse(List.of());
    }

    private static List<DeclaredList> ofSection(Yaml section) {
        if (!(section instanceof Yaml.Mapping(List<Yaml.Entry> entries, _))
                || entries.size() > Limits.LISTS) {
            return List.of();
        }
        List<DeclaredList> lists = new ArrayList<>();
        for (Yaml.Entry entry : entries) {
            ListSourceReader.read(entry, Problems.ofDocument()).ifPresent(lists::add);
        }
        return List.copyOf(lists);
    }
}

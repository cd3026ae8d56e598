package io.overt.policy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The keys and words of a list's declaration, which {@link ListSourceReader} reads. */
final class ListSourceKeys {
    private ListSourceKeys() {}

    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,6})(KiB|MiB)");
    static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");

    static final Duration DEFAULT_EVERY = Duration.ofDays(1);
    static final long DEFAULT_SIZE = 64L << 20;
    static final int DEFAULT_SHARE = 50;

    static final Shape.Words ON_FAILURE =
            new Shape.Words(List.of(new Shape.Word("keep", "what was had stays, however long")));
    static final Shape.Words SUFFIXES =
            new Shape.Words(
                    List.of(
                            new Shape.Word("refuse", "the list is taken for broken"),
                            new Shape.Word("warn", "it is taken, with a warning")));
    static final Keys SIGNATURE_KEYS =
            Keys.of(
                    "`signature`",
                    fetched(
                            PolicyKey.required(
                                    "key",
                                    new Shape.Text(
                                            "`ssh-ed25519 AAAA…`, or a key of minisign, `RW…`"),
                                    "Who signs the text.")),
                    fetched(
                            PolicyKey.required(
                                    "url",
                                    new Shape.Text("a URL, `https` or `http`"),
                                    "Where the signature is.")));
    private static final PolicyKey FORMAT =
            PolicyKey.defaulting(
                    "format",
                    new Shape.Words(
                            Arrays.stream(ListFormat.values())
                                    .map(each -> new Shape.Word(each.word(), each.meaning()))
                                    .toList()),
                    "as its first line says",
                    "How its lines are read.");
    static final Keys OF_A_FILE =
            Keys.of(
                    "A list in a file",
                    PolicyKey.required(
                            "file",
                            new Shape.Text("a path below the document's folder"),
                            "The list's file."),
                    FORMAT);
    static final Keys FETCHED =
            Keys.of(
                    "A list that is fetched",
                    fetched(
                            PolicyKey.required(
                                    "url",
                                    new Shape.Text(
                                            "`https://host[:port]/path`, or `http` with `sha256` or `signature`"),
                                    "Where the list is; in the place of `file`.")),
                    FORMAT,
                    fetched(
                            PolicyKey.defaulting(
                                    "every",
                                    new Shape.Form(
                                            OutcomesReader.DURATION,
                                            "`1m` to `30d`: a number and `s`, `m`, `h` or `d`"),
                                    DEFAULT_EVERY.toDays() + "d",
                                    "How often it is looked at, a tenth sooner or later.")),
                    fetched(
                            PolicyKey.optional(
                                    "sha256",
                                    new Shape.Form(SHA256, "64 hexadecimal digits, in lower case"),
                                    "The text is this one for ever. Not beside `signature`.")),
                    fetched(
                            PolicyKey.optional(
                                    "signature",
                                    new Shape.Mapping(SIGNATURE_KEYS),
                                    "Who signs the text, and where the signature is.")),
                    fetched(
                            PolicyKey.defaulting(
                                    "max-size",
                                    new Shape.Form(
                                            SIZE,
                                            "`1KiB` to `1024MiB`: a number and `KiB` or `MiB`"),
                                    (DEFAULT_SIZE >> 20) + "MiB",
                                    "Of its text.")),
                    fetched(
                            PolicyKey.defaulting(
                                    "may-shrink",
                                    new Shape.Form(PERCENT, "`0%` to `100%`"),
                                    DEFAULT_SHARE + "%",
                                    "The share of its names that it may lose at once; what loses more is taken"
                                            + " for broken.")),
                    fetched(
                            PolicyKey.defaulting(
                                    "on-failure",
                                    ON_FAILURE,
                                    "keep",
                                    "What happens when it cannot be had, or is broken.")),
                    fetched(
                            PolicyKey.defaulting(
                                    "public-suffixes",
                                    SUFFIXES,
                                    "refuse",
                                    "What happens to a list with an entry that is everything below a public"
                                            + " suffix (`||com^`).")));
    static final Set<String> ALL = known();

    /** What a list that is a file does not have. */
    static final Set<String> OF_FETCHED = ofFetched();

    private static PolicyKey fetched(PolicyKey key) {
        return key.since(2);
    }

    private static Set<String> known() {
        Set<String> names = new TreeSet<>(FETCHED.names());
        names.addAll(OF_A_FILE.names());
        return names;
    }

    private static Set<String> ofFetched() {
        Set<String> names = new TreeSet<>(FETCHED.names());
        names.remove("url");
        names.removeAll(OF_A_FILE.names());
        return names;
    }
}

package io.overt.policy;

import io.overt.policy.DeclaredList.Proof;
import io.overt.policy.DeclaredList.Source;
import io.overt.policy.DeclaredList.Suffixes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the document says of one list: where it is from, and what is asked of it. */
final class ListSourceReader {
    private final Fields fields;
    private final Problems problems;

    private ListSourceReader(Fields fields, Problems problems) {
        this.fields = fields;
        this.problems = problems;
    }

    /** The list; empty, with a problem, where it has no source that could be used. */
    static Optional<DeclaredList> read(Yaml.Entry entry, Problems problems) {
        Yaml.Text name = entry.key();
        int before = problems.count();
        Fields fields =
                Fields.of(
                        entry.value(),
                        "list " + Fields.quoted(name.value()),
                        ListSourceKeys.ALL,
                        problems);
        ListSourceReader reader = new ListSourceReader(fields, problems);
        Optional<ListFormat> format = fields.text("format", Limits.TEXT).flatMap(reader::format);
        Optional<Yaml.Text> place =
                fields.isWritten("url")
                        ? fields.text("url", Limits.TEXT)
                        : fields.text("file", Limits.TEXT);
        return reader.source()
                // What is half understood is not fetched: the half that is missing may be the
                // proof.
                .filter(source -> source instanceof Source.OfFile || problems.count() == before)
                .map(
                        source ->
                                new DeclaredList(
                                        name.value(),
                                        format,
                                        source,
                                        place.map(Yaml.Text::at).orElse(fields.at()).line(),
                                        place.map(Yaml.Text::at).orElse(fields.at()).column()));
    }

    private Optional<Source> source() {
        if (!fields.isWritten("url")) {
            fields.required("file", "the list's path beside the document, or a `url`");
            for (String key : ListSourceKeys.OF_FETCHED) {
                fields.value(key)
                        .ifPresent(
                                _ ->
                                        problems.add(
                                                fields.atKey(key),
                                                "`" + key + "`: only of a list with a `url`"));
            }
            return fields.text("file", Limits.TEXT)
                    .filter(this::isPlainPath)
                    .map(path -> new Source.OfFile(path.value()));
        }
        if (fields.value("file").isPresent()) {
            problems.add(
                    fields.atKey("file"), "`file`: a list has a `file` or a `url`, and not both");
        }
        Proof proof = proof();
        Optional<Yaml.Text> url =
                fields.text("url", Limits.TEXT).filter(text -> isUrl("url", text, problems));
        url.filter(text -> text.value().startsWith("http:") && proof instanceof Proof.None)
                .filter(_ -> !fields.isWritten("sha256") && !fields.isWritten("signature"))
                .ifPresent(
                        text ->
                                problems.add(
                                        text.at(),
                                        "`url`: "
                                                + Fields.quoted(text.value())
                                                + ": nothing vouches for what comes (expected: https, or a `sha256` or a `signature`)"));
        Duration every =
                fields.text("every", Limits.TEXT)
                        .flatMap(this::every)
                        .orElse(ListSourceKeys.DEFAULT_EVERY);
        long maxBytes =
                fields.text("max-size", Limits.TEXT)
                        .flatMap(this::size)
                        .orElse(ListSourceKeys.DEFAULT_SIZE);
        int mayShrink =
                fields.text("may-shrink", Limits.TEXT)
                        .flatMap(this::percent)
                        .orElse(ListSourceKeys.DEFAULT_SHARE);
        word("on-failure", ListSourceKeys.ON_FAILURE.known());
        Suffixes suffixes =
                word("public-suffixes", ListSourceKeys.SUFFIXES.known())
                        .filter("warn"::equals)
                        .map(_ -> Suffixes.WARN)
                        .orElse(Suffixes.REFUSE);
        return url.map(
                text ->
                        new Source.Fetched(
                                text.value(), every, maxBytes, proof, mayShrink, suffixes));
    }

    private Proof proof() {
        Optional<Yaml.Text> sum =
                fields.text("sha256", Limits.TEXT)
                        .filter(
                                text ->
                                        holds(
                                                ListSourceKeys.SHA256
                                                        .matcher(text.value())
                                                        .matches(),
                                                "sha256",
                                                text,
                                                "64 hexadecimal digits, in lower case"));
        if (fields.value("sha256").isPresent() && fields.value("signature").isPresent()) {
            problems.add(
                    fields.atKey("signature"),
                    "`signature`: a list has a `sha256` or a `signature`, and not both");
        }
        Optional<Proof> signed = fields.value("signature").flatMap(this::signature);
        return signed.or(() -> sum.map(text -> new Proof.Checksum(text.value())))
                .orElseGet(Proof.None::new);
    }

    private Optional<Proof> signature(Yaml value) {
        Fields signature =
                Fields.of(value, "`signature`", ListSourceKeys.SIGNATURE_KEYS.names(), problems);
        signature.required("key", "ssh-ed25519 AAAA… or RW…");
        signature.required("url", "where the signature is");
        Optional<Yaml.Text> key =
                signature
                        .text("key", Limits.TEXT)
                        .filter(
                                text ->
                                        holds(
                                                isKey(text.value()),
                                                "key",
                                                text,
                                                "ssh-ed25519 AAAA…, or a key of minisign, RW…"));
        Optional<Yaml.Text> url =
                signature.text("url", Limits.TEXT).filter(text -> isUrl("url", text, problems));
        return key.flatMap(text -> url.map(where -> new Proof.Signed(text.value(), where.value())));
    }

    private Optional<ListFormat> format(Yaml.Text text) {
        Optional<ListFormat> format = ListFormat.of(text.value());
        if (format.isEmpty()) {
            problems.add(
                    text.at(),
                    "`format`: unknown format "
                            + Fields.quoted(text.value())
                            + Nearest.hint(text.value(), ListFormat.words()));
        }
        return format;
    }

    // The path names a file of the source and nothing else, wherever the source was read from.
    private boolean isPlainPath(Yaml.Text file) {
        String path = file.value();
        boolean plain = !path.equals(PolicySource.DOCUMENT) && !path.contains("\\");
        for (String segment : path.split("/", -1)) {
            plain = plain && !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
        }
        return holds(
                plain,
                "file",
                file,
                "a relative path below the document's folder, as lists/health.txt");
    }

    private Optional<Duration> every(Yaml.Text text) {
        Matcher duration = OutcomesReader.DURATION.matcher(text.value());
        if (duration.matches()) {
            Duration every =
                    Duration.parse(
                            (duration.group(2).equals("d") ? "P" : "PT")
                                    + duration.group(1)
                                    + duration.group(2).toUpperCase(java.util.Locale.ROOT));
            if (every.compareTo(SHORTEST) >= 0 && every.compareTo(LONGEST) <= 0) {
                return Optional.of(every);
            }
        }
        return wrong("every", text, "1m to 30d, as a number and s, m, h or d");
    }

    private Optional<Long> size(Yaml.Text text) {
        Matcher size = ListSourceKeys.SIZE.matcher(text.value());
        if (size.matches()) {
            long bytes = Long.parseLong(size.group(1)) << (size.group(2).equals("KiB") ? 10 : 20);
            if (bytes <= MOST_BYTES) {
                return Optional.of(bytes);
            }
        }
        return wrong("max-size", text, "1KiB to 1024MiB, as a number and KiB or MiB");
    }

    private Optional<Integer> percent(Yaml.Text text) {
        Matcher percent = ListSourceKeys.PERCENT.matcher(text.value());
        if (percent.matches() && Integer.parseInt(percent.group(1)) <= 100) {
            return Optional.of(Integer.parseInt(percent.group(1)));
        }
        return wrong("may-shrink", text, "0% to 100%");
    }

    private Optional<String> word(String key, List<String> words) {
        return fields.text(key, Limits.TEXT)
                .filter(
                        text ->
                                holds(
                                        words.contains(text.value()),
                                        key,
                                        text,
                                        String.join(", ", words)))
                .map(Yaml.Text::value);
    }

    private boolean isUrl(String key, Yaml.Text text, Problems problems) {
        Matcher url = URL.matcher(text.value());
        boolean plain =
                url.matches()
                        && (HostName.parse(url.group("host")).isPresent()
                                || isAddress(url.group("host").replaceAll("[\\[\\]]", "")))
                        && (url.group("port") == null
                                || Integer.parseInt(url.group("port")) <= 65_535);
        if (!plain) {
            problems.add(
                    text.at(),
                    "`"
                            + key
                            + "`: "
                            + Fields.quoted(text.value())
                            + " (expected: https://host[:port]/path, without user and fragment)");
        }
        return plain;
    }

    private static boolean isAddress(String text) {
        try {
            Cidr.of(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isKey(String key) {
        Matcher ssh = SSH_KEY.matcher(key);
        try {
            if (ssh.matches()) {
                byte[] blob = Base64.getDecoder().decode(ssh.group(1));
                return blob.length == SSH_BLOB
                        && new String(blob, 4, 11, StandardCharsets.US_ASCII).equals("ssh-ed25519");
            }
            byte[] raw = Base64.getDecoder().decode(key);
            return raw.length == MINISIGN_KEY && Arrays.equals(raw, 0, 2, ED, 0, 2);
        } catch (IllegalArgumentException _) {
            return false; // not base64: not a key
        }
    }

    private boolean holds(boolean right, String key, Yaml.Text text, String expected) {
        if (!right) {
            wrong(key, text, expected);
        }
        return right;
    }

    private <T> Optional<T> wrong(String key, Yaml.Text text, String expected) {
        problems.add(
                text.at(),
                "`" + key + "`: " + Fields.quoted(text.value()) + " (expected: " + expected + ")");
        return Optional.empty();
    }

    private static final Pattern URL =
            Pattern.compile(
                    "https?://(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>[1-9][0-9]{0,4}))?"
                            + "(/[\\x21-\\x7e&&[^#\"<>\\\\^`{|}]]*)?");
    private static final Pattern SSH_KEY = Pattern.compile("ssh-ed25519 ([A-Za-z0-9+/=]+)( .*)?");

    /** Whoever asks more often than this for a list of another's is a nuisance. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private static final Duration LONGEST = Duration.ofDays(30);
    private static final long MOST_BYTES = 1L << 30;
    private static final int SSH_BLOB = 4 + 11 + 4 + 32;
    private static final int MINISIGN_KEY = 2 + 8 + 32;
    private static final byte[] ED = {'E', 'd'};
}

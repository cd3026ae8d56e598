package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a list as its text comes, piece by piece, and hands over its names one by one: what it
 * keeps is a line. A line that is wrong is a problem; a rule of a content blocker that is not about
 * whole hosts is left out and said to be. Of either kind the first few are reported one by one, and
 * the rest is counted. Confined to one thread, and good for one list.
 */
public final class ListText {
    private final Consumer<HostPattern> names;
    private final PublicSuffixes suffixes;
    private final DeclaredList.Suffixes onSuffix;
    private final Problems problems;
    private Optional<ListFormat> format;
    private byte[] line = new byte[256];
    private int lineEnd;
    private long octets;
    private int lines;
    private boolean ended;
    private long found;
    private long wrong;
    private long leftOut;
    private long exceptions;
    private long ofMachine;
    private int firstOfMachine;
    private long suffixesFound;

    /**
     * @param file how problems call it
     * @param format empty: what its first line looks like
     * @param names called with each name, in the order of the text, also of a list that turns out
     *     to be wrong
     */
    public static ListText of(
            String file,
            Optional<ListFormat> format,
            PublicSuffixes suffixes,
            Consumer<HostPattern> names) {
        return of(file, format, suffixes, DeclaredList.Suffixes.WARN, names);
    }

    /**
     * The same.
     *
     * @param onSuffix what becomes of an entry that is everything below a public suffix
     */
    public static ListText of(
            String file,
            Optional<ListFormat> format,
            PublicSuffixes suffixes,
            DeclaredList.Suffixes onSuffix,
            Consumer<HostPattern> names) {
        return new ListText(format, suffixes, onSuffix, names, Problems.ofDocument().inFile(file));
    }

    ListText(
            Optional<ListFormat> format,
            PublicSuffixes suffixes,
            DeclaredList.Suffixes onSuffix,
            Consumer<HostPattern> names,
            Problems problems) {
        this.onSuffix = onSuffix;
        this.format = format;
        this.suffixes = suffixes;
        this.names = names;
        this.problems = problems;
    }

    /** What is wrong with the list so far; one that has any is no list. */
    public List<Problem> errors() {
        return problems.errors();
    }

    /** What was left out, or is probably not meant. */
    public List<Problem> warnings() {
        return problems.warnings();
    }

    /** The next piece of the text. */
    public void take(byte[] piece, int from, int to) {
        int start = from;
        for (int i = from; i < to && !ended; i++) {
            if (piece[i] == '\n') {
                append(piece, start, i);
                endLine();
                octets++;
                start = i + 1;
            }
        }
        if (!ended) {
            append(piece, start, to);
        }
    }

    /** The text is over. */
    public void end() {
        if (!ended && lineEnd > 0) {
            endLine();
        }
        ended = true;
        summarise();
    }

    private void append(byte[] piece, int from, int to) {
        int length = to - from;
        if (lineEnd + length > Limits.LINE_BYTES) {
            problems.add(
                    new Position(lines + 1, 1),
                    "a line of more than " + Limits.LINE_BYTES + " bytes");
            wrong++;
            ended = true;
            return;
        }
        if (lineEnd + length > line.length) {
            line = Arrays.copyOf(line, Math.max(line.length * 2, lineEnd + length));
        }
        System.arraycopy(piece, from, line, lineEnd, length);
        lineEnd += length;
    }

    private void endLine() {
        lines++;
        int length = lineEnd;
        lineEnd = 0;
        if (ended) {
            return;
        }
        Optional<String> text = decode(length);
        octets += length;
        text.ifPresent(this::read);
    }

    private Optional<String> decode(int length) {
        for (int i = 0; i < length; i++) {
            if (line[i] < 0) {
                Optional<String> text =
                        Utf8.decodeLine(Arrays.copyOf(line, length), lines, octets, problems);
                if (text.isEmpty()) {
                    wrong++;
                    ended = true;
                }
                // A byte order mark is no part of a name.
                return text.map(
                        whole ->
                                lines == 1 && whole.startsWith("\ufeff")
                                        ? whole.substring(1)
                                        : whole);
            }
        }
        return Optional.of(new String(line, 0, length, StandardCharsets.ISO_8859_1));
    }

    private void read(String whole) {
        String entry = whole.strip();
        boolean elements = entry.startsWith("##") && format.equals(Optional.of(ListFormat.ADBLOCK));
        if (entry.isEmpty() || (entry.startsWith("#") && !elements)) {
            return;
        }
        ListFormat known = format.orElseGet(() -> ListFormat.guess(entry));
        format = Optional.of(known);
        switch (known) {
            case NAMES -> readName(whole);
            case HOSTS -> readHosts(whole);
            case ADBLOCK -> readRule(whole, entry);
        }
    }

    private void readName(String whole) {
        String entry = withoutComment(whole).strip();
        if (isElementRule(whole) || whole.stripLeading().startsWith("||")) {
            wrong(
                    whole,
                    whole.strip(),
                    "a content blocker's rule (expected: a name, or `format: adblock`)");
        } else if (entry.chars().anyMatch(Character::isWhitespace)) {
            wrong(whole, entry, "several words (expected: one name a line)");
        } else if (!entry.isEmpty()) {
            readPattern(whole, entry);
        }
    }

    private void readHosts(String whole) {
        String[] words = withoutComment(whole).strip().split("\\s+");
        if (words[0].isEmpty()) {
            return;
        }
        if (words.length < 2 || !ListFormat.isAddress(words[0])) {
            wrong(whole, words[0], "no line of a hosts file (expected: an address and a name)");
            return;
        }
        int from = whole.indexOf(words[0]) + words[0].length();
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            int at = whole.indexOf(word, from);
            from = at + word.length();
            if (MACHINE.contains(word)) {
                if (ofMachine++ == 0) {
                    firstOfMachine = lines;
                }
                continue;
            }
            switch (HostName.read(word)) {
                case HostName.Reading.Name(String name) ->
                        found(
                                whole,
                                at,
                                new HostPattern(HostPattern.Reach.EXACT, new HostName(name)));
                case HostName.Reading.NotAName(String why) -> wrong(at(whole, at), word, why);
            }
        }
    }

    private void readRule(String whole, String entry) {
        if (entry.startsWith("!") || (entry.startsWith("[") && entry.endsWith("]"))) {
            return;
        }
        if (entry.startsWith("||") && entry.endsWith("^")) {
            String host = entry.substring(2, entry.length() - 1);
            if (HostName.read(host) instanceof HostName.Reading.Name(String name)) {
                found(
                        whole,
                        whole.indexOf("||"),
                        new HostPattern(HostPattern.Reach.SUFFIX, new HostName(name)));
                return;
            }
        }
        leftOut++;
        boolean exception = entry.startsWith("@@");
        if (exception) {
            exceptions++;
        }
        if (leftOut <= Limits.PROBLEMS_OF_A_LIST) {
            problems.warn(
                    at(whole, whole.indexOf(entry)),
                    Fields.quoted(entry)
                            + (exception
                                    ? ": an exception, which a list cannot make: left out, so that what it excepts stays in the list"
                                    : ": not about a whole host, left out (expected: ||host^)"));
        }
    }

    private void readPattern(String whole, String entry) {
        int at = whole.indexOf(entry);
        switch (HostPattern.read(entry)) {
            case HostPattern.Reading.Pattern(HostPattern pattern) -> found(whole, at, pattern);
            case HostPattern.Reading.NotAPattern(String why) -> wrong(at(whole, at), entry, why);
        }
    }

    private void found(String whole, int at, HostPattern pattern) {
        found++;
        names.accept(pattern);
        if (mayBeSuffix(pattern.base().value()) && suffixes.contains(pattern.base())) {
            if (pattern.reach() != HostPattern.Reach.EXACT
                    && onSuffix == DeclaredList.Suffixes.REFUSE) {
                wrong(
                        at(whole, at),
                        pattern.text(),
                        "is every host below a public suffix (expected: a name that somebody has, or `public-suffixes: warn`)");
                return;
            }
            suffixesFound++;
            if (suffixesFound <= Limits.PROBLEMS_OF_A_LIST) {
                problems.warn(
                        at(whole, at),
                        Fields.quoted(pattern.text())
                                + switch (pattern.reach()) {
                                    case EXACT ->
                                            " is a public suffix, and stands for that name only";
                                    case BELOW, SUFFIX -> " is every host below a public suffix";
                                });
            }
        }
    }

    // No public suffix has more labels; asking costs more than reading a line.
    private static boolean mayBeSuffix(String name) {
        int dots = 0;
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '.' && ++dots > 3) {
                return false;
            }
        }
        return true;
    }

    private void wrong(String whole, String entry, String why) {
        wrong(at(whole, whole.indexOf(entry)), entry, why);
    }

    private void wrong(Position at, String entry, String why) {
        wrong++;
        if (wrong <= Limits.PROBLEMS_OF_A_LIST) {
            problems.add(at, Fields.quoted(entry) + ": " + why);
        }
    }

    private void summarise() {
        Position last = new Position(Math.max(lines, 1), 1);
        if (wrong > Limits.PROBLEMS_OF_A_LIST) {
            problems.add(
                    last,
                    "and " + (wrong - Limits.PROBLEMS_OF_A_LIST) + " more lines that are wrong");
        }
        if (leftOut > Limits.PROBLEMS_OF_A_LIST) {
            problems.warn(
                    last,
                    "and "
                            + (leftOut - Limits.PROBLEMS_OF_A_LIST)
                            + " more rules that are left out, "
                            + exceptions
                            + " of all "
                            + leftOut
                            + " being exceptions");
        }
        if (suffixesFound > Limits.PROBLEMS_OF_A_LIST) {
            problems.warn(
                    last,
                    "and " + (suffixesFound - Limits.PROBLEMS_OF_A_LIST) + " more public suffixes");
        }
        if (ofMachine > 0) {
            problems.warn(
                    new Position(firstOfMachine, 1),
                    ofMachine + " names of the machine itself, as `localhost`, are left out");
        }
        if (found == 0 && wrong == 0) {
            problems.warn(Position.START, "has no names, so it matches nothing");
        }
    }

    /** Whether a line has a mark by which content blockers set the page's elements apart. */
    private static boolean isElementRule(String whole) {
        for (String mark : ELEMENT_MARKS) {
            int at = whole.indexOf(mark);
            // After a space it is a comment.
            if (at > 0
                    && !Character.isWhitespace(whole.charAt(at - 1))
                    && at + mark.length() < whole.length()
                    && !Character.isWhitespace(whole.charAt(at + mark.length()))
                    && whole.charAt(at + mark.length()) != '#') {
                return true;
            }
        }
        return false;
    }

    private static String withoutComment(String whole) {
        int comment = whole.indexOf('#');
        return comment < 0 ? whole : whole.substring(0, comment);
    }

    private Position at(String whole, int index) {
        return new Position(lines, 1 + whole.codePointCount(0, Math.max(0, index)));
    }

    private static final List<String> ELEMENT_MARKS = List.of("##", "#@#", "#?#", "#$#", "#%#");

    // What hosts files begin with: these are about the machine that the file lies on.
    private static final Set<String> MACHINE =
            Set.of(
                    "localhost",
                    "localhost.localdomain",
                    "local",
                    "broadcasthost",
                    "ip6-localhost",
                    "ip6-loopback",
                    "ip6-localnet",
                    "ip6-mcastprefix",
                    "ip6-allnodes",
                    "ip6-allrouters",
                    "ip6-allhosts",
                    "0.0.0.0");
}

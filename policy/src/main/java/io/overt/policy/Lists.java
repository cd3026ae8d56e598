package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lists that a document declares: reads {@code lists}, then the files, and answers rules that
 * name them.
 */
final class Lists {
    private final PolicySource source;
    private final PublicSuffixes suffixes;
    private final HostSets sets;
    private final Problems problems;
    private final Map<String, Declared> declared = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private long bytes;

    private record Declared(Position at, int set) {}

    private Lists(PolicySource source, PublicSuffixes suffixes, HostSets sets, Problems problems) {
        this.source = source;
        this.suffixes = suffixes;
        this.sets = sets;
        this.problems = problems;
    }

    static Lists read(
            Optional<Yaml> section,
            PolicySource source,
            PublicSuffixes suffixes,
            HostSets sets,
            Problems problems) {
        Lists lists = new Lists(source, suffixes, sets, problems);
        section.ifPresent(lists::readSection);
        return lists;
    }

    /** The set of the list that a rule names; empty, with a problem, when there is none. */
    Optional<Integer> use(Yaml.Text name, Problems rule) {
        Declared list = declared.get(name.value());
        if (list == null) {
            rule.add(
                    name.at(),
                    "`list`: unknown list "
                            + Fields.quoted(name.value())
                            + Nearest.hint(name.value(), declared.keySet()));
            return Optional.empty();
        }
        used.add(name.value());
        return Optional.of(list.set());
    }

    /** Warns of what is there and used by no rule. */
    void warnOfUnused() {
        declared.forEach(
                (name, list) -> {
                    if (!used.contains(name)) {
                        problems.warn(
                                list.at(), "list " + Fields.quoted(name) + ": no rule uses it");
                    }
                });
    }

    private void readSection(Yaml section) {
        if (!(section instanceof Yaml.Mapping(var entries, _))) {
            problems.add(
                    section.at(),
                    "`lists`: is " + section.kind() + " (expected: a mapping of names to files)");
            return;
        }
        if (entries.size() > Limits.LISTS) {
            problems.add(
                    section.at(),
                    "`lists`: "
                            + entries.size()
                            + " lists (expected: at most "
                            + Limits.LISTS
                            + ")");
            return;
        }
        Set<String> files = new HashSet<>();
        for (Yaml.Entry entry : entries) {
            Yaml.Text name = entry.key();
            if (!RuleName.isValid(name.value())) {
                problems.add(
                        name.at(),
                        "list name "
                                + Fields.quoted(name.value())
                                + " (expected: "
                                + RuleName.EXPECTED
                                + ")");
            }
            Declared before = declared.get(name.value());
            if (before != null) {
                problems.add(
                        name.at(),
                        Fields.quoted(name.value())
                                + ": written twice, first on line "
                                + before.at().line());
                continue;
            }
            int set = sets.next();
            declared.put(name.value(), new Declared(name.at(), set));
            Fields fields =
                    Fields.of(entry.value(), "list " + Fields.quoted(name.value()), KEYS, problems);
            fields.required("file", "the list's path beside the document");
            Optional<ListFormat> format = fields.text("format", Limits.TEXT).flatMap(this::format);
            Optional<Yaml.Text> file = fields.text("file", Limits.TEXT).filter(this::isPlainPath);
            if (file.isPresent()) {
                files.add(file.get().value());
                readFile(file.get(), format, set);
            }
        }
        warnOfStrayFiles(files);
    }

    private void warnOfStrayFiles(Set<String> files) {
        for (String path : paths()) {
            if (!path.equals(PolicySource.DOCUMENT) && !files.contains(path)) {
                problems.inFile(path)
                        .warn(Position.START, "no list of the document names this file");
            }
        }
    }

    // The path names a file of the source and nothing else, wherever the source was read from.
    private boolean isPlainPath(Yaml.Text file) {
        String path = file.value();
        boolean plain = !path.equals(PolicySource.DOCUMENT) && !path.contains("\\");
        for (String segment : path.split("/", -1)) {
            plain = plain && !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
        }
        if (!plain) {
            problems.add(
                    file.at(),
                    "`file`: "
                            + Fields.quoted(path)
                            + " (expected: a relative path below the document's folder, as lists/health.txt)");
        }
        return plain;
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

    private Set<String> paths() {
        Set<String> paths = new LinkedHashSet<>(source.files().keySet());
        paths.addAll(source.lists().keySet());
        return paths;
    }

    private void readFile(Yaml.Text file, Optional<ListFormat> format, int set) {
        HostList compiled = source.lists().get(file.value());
        if (compiled != null) {
            sets.put(set, compiled);
            return;
        }
        byte[] content = source.files().get(file.value());
        if (content == null) {
            problems.add(
                    file.at(),
                    "`file`: "
                            + Fields.quoted(file.value())
                            + " is not there"
                            + Nearest.to(file.value(), paths())
                                    .map(nearest -> ", did you mean `" + nearest + "`?")
                                    .orElse(""));
            return;
        }
        Problems here = problems.inFile(file.value());
        bytes += content.length;
        if (bytes > Limits.ALL_LISTS_BYTES) {
            problems.add(
                    file.at(),
                    "`file`: "
                            + bytes
                            + " bytes of lists up to this one (expected: at most "
                            + Limits.ALL_LISTS_BYTES
                            + ")");
        } else if (content.length > Limits.LIST_BYTES) {
            here.add(
                    Position.START,
                    content.length + " bytes (expected: at most " + Limits.LIST_BYTES + ")");
        } else {
            ListText text = new ListText(format, suffixes, pattern -> sets.add(set, pattern), here);
            text.take(content, 0, content.length);
            text.end();
        }
    }

    static final Set<String> KEYS = Set.of("file", "format");
}

package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
            Optional<DeclaredList> list = ListSourceReader.read(entry, problems);
            if (list.isPresent()) {
                readList(list.get(), set);
                if (list.get().source() instanceof DeclaredList.Source.OfFile(String path)) {
                    files.add(path);
                }
            }
        }
        warnOfStrayLists();
        warnOfStrayFiles(files);
    }

    private void warnOfStrayLists() {
        for (String name : new TreeSet<>(source.lists().keySet())) {
            if (!declared.containsKey(name)) {
                problems.warn(
                        Position.START,
                        "a compiled list " + Fields.quoted(name) + ", which is not declared");
            }
        }
    }

    private void warnOfStrayFiles(Set<String> files) {
        for (String path : source.files().keySet()) {
            if (!path.equals(PolicySource.DOCUMENT) && !files.contains(path)) {
                problems.inFile(path)
                        .warn(Position.START, "no list of the document names this file");
            }
        }
    }

    private void readList(DeclaredList list, int set) {
        HostList compiled = source.lists().get(list.name());
        if (compiled != null) {
            sets.put(set, compiled);
            return;
        }
        Position at = new Position(list.line(), list.column());
        switch (list.source()) {
            case DeclaredList.Source.OfFile(String path) -> readFile(path, at, list.format(), set);
            case DeclaredList.Source.Fetched fetched ->
                    problems.add(
                            at,
                            "`url`: "
                                    + Fields.quoted(fetched.url())
                                    + " was never fetched, so that there is no list "
                                    + Fields.quoted(list.name()));
        }
    }

    private void readFile(String path, Position at, Optional<ListFormat> format, int set) {
        byte[] content = source.files().get(path);
        if (content == null) {
            problems.add(
                    at,
                    "`file`: "
                            + Fields.quoted(path)
                            + " is not there"
                            + Nearest.to(path, source.files().keySet())
                                    .map(nearest -> ", did you mean `" + nearest + "`?")
                                    .orElse(""));
            return;
        }
        Problems here = problems.inFile(path);
        bytes += content.length;
        if (bytes > Limits.ALL_LISTS_BYTES) {
            problems.add(
                    at,
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
            ListText text =
                    new ListText(
                            format,
                            suffixes,
                            DeclaredList.Suffixes.WARN,
                            pattern -> sets.add(set, pattern),
                            here);
            text.take(content, 0, content.length);
            text.end();
        }
    }
}

package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Builds the tree from the parser's events and not with its composer: the composer descends one
 * stack frame a level, so that a file of brackets ends the thread, and it does not say where an
 * alias stands. Here nesting is bounded before it is built, and an alias counts as much as what it
 * stands for, so that a few lines cannot mean millions.
 */
final class YamlReader {
    private final String expected;
    private final Problems problems;
    private final Deque<Frame> open = new ArrayDeque<>();
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private long nodes;
    private int documents;
    private @Nullable Yaml root;

    /** A collection whose end has not been met. */
    private static final class Frame {
        final CollectionStartEvent start;
        final long nodesBefore;
        final List<Yaml> children = new ArrayList<>();

        Frame(CollectionStartEvent start, long nodesBefore) {
            this.start = start;
            this.nodesBefore = nodesBefore;
        }
    }

    private record Anchored(Yaml yaml, long nodes) {}

    private YamlReader(String expected, Problems problems) {
        this.expected = expected;
        this.problems = problems;
    }

    /**
     * The document's tree; empty when there is none, and a problem says why.
     *
     * @param expected what a message says that an empty document should have
     */
    static Optional<Yaml> read(String text, String expected, Problems problems) {
        return new YamlReader(expected, problems).read(text);
    }

    private Optional<Yaml> read(String text) {
        // The parser refuses these as well, without saying where.
        int printable = printableLength(text);
        if (printable < text.length()) {
            problems.add(
                    Utf8.endOf(text.substring(0, printable)),
                    "not YAML: the character "
                            + String.format("U+%04X", text.codePointAt(printable))
                            + " (expected: printable ones)");
            return Optional.empty();
        }
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(PolicySource.DOCUMENT)
                        .setCodePointLimit(Limits.DOCUMENT_BYTES + 1)
                        .build();
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                if (!accept(event)) {
                    return Optional.empty();
                }
            }
        } catch (MarkedYamlEngineException e) {
            problems.add(
                    e.getProblemMark()
                            .or(e::getContextMark)
                            .map(YamlReader::at)
                            .orElse(Position.START),
                    "not YAML: " + oneLine(e));
            return Optional.empty();
        } catch (YamlEngineException e) {
            problems.add(Position.START, "not YAML: " + e.getMessage());
            return Optional.empty();
        }
        if (root == null) {
            problems.add(Position.START, "the document is empty (expected: " + expected + ")");
        }
        return Optional.ofNullable(root);
    }

    /** False when there is no point in going on. */
    private boolean accept(Event event) {
        return switch (event.getEventId()) {
            case StreamStart, StreamEnd, DocumentEnd, Comment -> true;
            case DocumentStart -> {
                documents++;
                yield documents == 1 || refuse(event, "a second document (expected: one a file)");
            }
            case Scalar -> scalar((ScalarEvent) event);
            case Alias -> alias((AliasEvent) event);
            case SequenceStart, MappingStart -> open((CollectionStartEvent) event);
            case SequenceEnd, MappingEnd -> close();
        };
    }

    private boolean open(CollectionStartEvent event) {
        if (open.size() == Limits.NESTING) {
            return refuse(event, "nested deeper than " + Limits.NESTING + " levels");
        }
        refuseTag(event, event.getTag());
        // An alias inside of what its anchor names would mean itself; without the outer anchor it
        // is unknown here.
        event.getAnchor().ifPresent(anchors::remove);
        open.push(new Frame(event, nodes));
        return count(event, 1);
    }

    private boolean scalar(ScalarEvent event) {
        refuseTag(event, event.getTag());
        boolean empty = event.isPlain() && NULLS.contains(event.getValue());
        return count(event, 1)
                && place(
                        event,
                        1,
                        empty
                                ? new Yaml.Empty(at(event))
                                : new Yaml.Text(event.getValue(), at(event)));
    }

    private boolean alias(AliasEvent event) {
        Anchored target = anchors.get(event.getAlias());
        if (target == null) {
            return refuse(
                    event,
                    "`*" + event.getAlias().getValue() + "`: no such anchor is complete above");
        }
        return count(event, target.nodes()) && place(target.yaml());
    }

    private boolean close() {
        Frame frame = open.pop();
        Position at = at(frame.start);
        List<Yaml> children = frame.children;
        Yaml yaml =
                switch (frame.start.getEventId()) {
                    case SequenceStart -> new Yaml.Sequence(List.copyOf(children), at);
                    case MappingStart -> new Yaml.Mapping(entries(children), at);
                    case StreamStart,
                            StreamEnd,
                            DocumentStart,
                            DocumentEnd,
                            Comment,
                            Scalar,
                            Alias,
                            SequenceEnd,
                            MappingEnd ->
                            throw new IllegalStateException("opened by " + frame.start);
                };
        return place(frame.start, nodes - frame.nodesBefore, yaml);
    }

    // Children of a mapping come as key, value, key, value.
    private List<Yaml.Entry> entries(List<Yaml> children) {
        List<Yaml.Entry> entries = new ArrayList<>();
        for (int i = 0; i + 1 < children.size(); i += 2) {
            switch (children.get(i)) {
                case Yaml.Text key -> entries.add(new Yaml.Entry(key, children.get(i + 1)));
                case Yaml other ->
                        problems.add(
                                other.at(), "a key is " + other.kind() + " (expected: a text)");
            }
        }
        return List.copyOf(entries);
    }

    private boolean place(NodeEvent event, long size, Yaml yaml) {
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor, new Anchored(yaml, size)));
        return place(yaml);
    }

    private boolean place(Yaml yaml) {
        Frame parent = open.peek();
        if (parent == null) {
            root = yaml;
        } else {
            parent.children.add(yaml);
        }
        return true;
    }

    private static int printableLength(String text) {
        int i = 0;
        while (i < text.length() && StreamReader.isPrintable(text.codePointAt(i))) {
            i += Character.charCount(text.codePointAt(i));
        }
        return i;
    }

    private boolean count(Event event, long more) {
        nodes += more;
        return nodes <= Limits.NODES
                || refuse(
                        event,
                        "more than "
                                + Limits.NODES
                                + " values, each alias counted as what it stands for");
    }

    private void refuseTag(Event event, Optional<String> tag) {
        tag.ifPresent(
                name ->
                        problems.add(
                                at(event),
                                "the tag `"
                                        + name
                                        + "` (expected: none, texts say what they are)"));
    }

    private boolean refuse(Event event, String message) {
        problems.add(at(event), message);
        return false;
    }

    private static Position at(Event event) {
        return event.getStartMark().map(YamlReader::at).orElse(Position.START);
    }

    private static Position at(Mark mark) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String oneLine(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext() + ": ";
        return (context + e.getProblem()).replaceAll("\\s+", " ").strip();
    }

    // YAML 1.2 core schema, tag:yaml.org,2002:null.
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
}

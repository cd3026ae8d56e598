package io.overt.service.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of a configuration file, read key by key. A read that finds a problem notes it and
 * answers with a stand-in (the default where there is one), so that one run reports everything;
 * {@link #finish()} at the root then throws. Therefore: read all keys, {@code finish()}, and only
 * then build what validates its arguments. Confined to the thread that reads the file.
 */
public final class ConfigNode {
    private final ConfigSource source;
    private final String path;
    private final int line;
    private final boolean missing;
    private final Map<String, Entry> entries;

    /** Keys that some code asked for: what is in the file and not here is refused. */
    private final Set<String> known = new LinkedHashSet<>();

    private final List<ConfigNode> children = new ArrayList<>();

    private record Entry(Node value, int line) {}

    static ConfigNode root(ConfigSource source, MappingNode mapping) {
        return new ConfigNode(source, "", line(mapping), mapping);
    }

    /**
     * For a section that is missing although it must be there: it has no keys, and nobody is told
     * twice.
     */
    private static ConfigNode standIn(ConfigSource source, String path, int line) {
        return new ConfigNode(source, path, line, null);
    }

    private ConfigNode(ConfigSource source, String path, int line, @Nullable MappingNode mapping) {
        this.source = source;
        this.path = path;
        this.line = line;
        this.missing = mapping == null;
        this.entries = mapping == null ? Map.of() : entriesOf(mapping);
    }

    private Map<String, Entry> entriesOf(MappingNode mapping) {
        var byKey = new LinkedHashMap<String, Entry>();
        for (NodeTuple tuple : mapping.getValue()) {
            int at = line(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                source.problem(at, path.isEmpty() ? "key" : path, "expected a plain key");
                continue;
            }
            if (tuple.getValueNode().getAnchor().isPresent() || key.getAnchor().isPresent()) {
                source.problem(
                        at,
                        pathOf(key.getValue()),
                        "anchors and aliases are not read (expected: the value itself)");
            }
            var earlier = byKey.putIfAbsent(key.getValue(), new Entry(tuple.getValueNode(), at));
            if (earlier != null) {
                source.problem(
                        at,
                        pathOf(key.getValue()),
                        "given twice (first on line " + earlier.line + ")");
            }
        }
        return byKey;
    }

    // ---- scalars

    /** A text that must be there and not be empty. */
    public String text(String key) {
        return required(key, "", Function.identity());
    }

    /** A text, or the default when the key is absent. */
    public String text(String key, String whenAbsent) {
        return parsed(key, whenAbsent, Function.identity());
    }

    /** A text, or nothing when the key is absent. */
    public Optional<String> optionalText(String key) {
        return optional(key, Function.identity());
    }

    /** {@code true} or {@code false}, nothing else. */
    public boolean flag(String key, boolean whenAbsent) {
        return parsed(
                key,
                whenAbsent,
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException("true or false");
                        });
    }

    /** A whole number, {@code min <= n <= max}. */
    public int integer(String key, int whenAbsent, int min, int max) {
        return parsed(key, whenAbsent, text -> (int) Quantities.whole(text, min, max));
    }

    /**
     * A time such as {@code 250ms}, {@code 10s}, {@code 5m}, {@code 12h}, {@code 7d}; more than
     * zero.
     */
    public Duration duration(String key, Duration whenAbsent) {
        return parsed(
                key,
                whenAbsent,
                text -> Quantities.duration(text, Duration.ofMillis(1), MAX_DURATION));
    }

    /** A time within the bounds, both included. */
    public Duration duration(String key, Duration whenAbsent, Duration min, Duration max) {
        return parsed(key, whenAbsent, text -> Quantities.duration(text, min, max));
    }

    /**
     * A number of bytes such as {@code 512B}, {@code 64KiB}, {@code 16MiB}, {@code 1GiB}; more than
     * zero.
     */
    public long size(String key, long whenAbsentBytes) {
        return size(key, whenAbsentBytes, 1, Long.MAX_VALUE);
    }

    /** A number of bytes within the bounds, both included. */
    public long size(String key, long whenAbsentBytes, long min, long max) {
        return parsed(key, whenAbsentBytes, text -> Quantities.size(text, min, max));
    }

    /**
     * A path that must be given: absolute, relative to the configuration's folder, or {@code
     * credential:NAME}. Whether something is there is for whoever opens it to say.
     */
    public Path path(String key) {
        return required(key, Path.of(""), source::resolve);
    }

    /** A path, or the default (itself resolved like one that is written) when the key is absent. */
    public Path path(String key, String whenAbsent) {
        return parsed(key, source.resolve(whenAbsent), source::resolve);
    }

    /** A path, or nothing when the key is absent. */
    public Optional<Path> optionalPath(String key) {
        return optional(key, source::resolve);
    }

    /**
     * An address to call, {@code host:port} or {@code [v6]:port}. A host name stays unresolved, so
     * that it is looked up at each call; an IP address is resolved.
     */
    public InetSocketAddress address(String key) {
        return required(key, STAND_IN_ADDRESS, Quantities::address);
    }

    /** An address to call, or nothing when the key is absent. */
    public Optional<InetSocketAddress> optionalAddress(String key) {
        return optional(key, Quantities::address);
    }

    /** Addresses to call, none when the key is absent. */
    public List<InetSocketAddress> addresses(String key) {
        return list(key, Quantities::address);
    }

    /**
     * An address to listen on: an IP address and a port (0: the system picks one), never a name.
     */
    public InetSocketAddress listenAddress(String key) {
        return required(key, STAND_IN_ADDRESS, Quantities::listenAddress);
    }

    /** An address to listen on, or the default when the key is absent. */
    public InetSocketAddress listenAddress(String key, String whenAbsent) {
        return parsed(key, Quantities.listenAddress(whenAbsent), Quantities::listenAddress);
    }

    /** One of an enum's constants, written in lower case with dashes. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E whenAbsent) {
        return parsed(
                key,
                whenAbsent,
                text ->
                        Arrays.stream(type.getEnumConstants())
                                .filter(constant -> written(constant).equals(text))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        Arrays.stream(type.getEnumConstants())
                                                                .map(ConfigNode::written)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                " or ")))));
    }

    /**
     * A value with a syntax of its own.
     *
     * @param whenAbsent answered when the key is absent, and after a problem
     * @param parse throws IllegalArgumentException whose message says what was expected
     */
    public <T> T parsed(String key, T whenAbsent, Function<String, T> parse) {
        return read(key, parse).orElse(whenAbsent);
    }

    /**
     * Like {@link #parsed}, for a key that must be there; the stand-in is only answered after a
     * problem.
     */
    public <T> T required(String key, T standIn, Function<String, T> parse) {
        known.add(key);
        if (!entries.containsKey(key)) {
            missing(key);
            return standIn;
        }
        return read(key, parse).orElse(standIn);
    }

    /** Like {@link #parsed}, or nothing when the key is absent. */
    public <T> Optional<T> optional(String key, Function<String, T> parse) {
        return read(key, parse);
    }

    // ---- collections

    /** A list of texts, empty when the key is absent. */
    public List<String> list(String key) {
        return list(key, Function.identity());
    }

    /** A list of values with a syntax of their own, empty when the key is absent. */
    public <T> List<T> list(String key, Function<String, T> parse) {
        var values = new ArrayList<T>();
        for (Node item : items(key, "a list")) {
            if (item instanceof ScalarNode scalar && !isNull(scalar)) {
                apply(line(item), pathOf(key), scalar.getValue(), parse).ifPresent(values::add);
            } else {
                source.problem(
                        line(item),
                        pathOf(key),
                        describe(item) + " (expected: a list of plain values)");
            }
        }
        return List.copyOf(values);
    }

    /** A list of paths, empty when the key is absent. */
    public List<Path> paths(String key) {
        return list(key, source::resolve);
    }

    /** A section that must be there. */
    public ConfigNode section(String key) {
        known.add(key);
        if (!entries.containsKey(key)) {
            missing(key);
            return standIn(source, pathOf(key), line);
        }
        return optionalSection(key).orElseGet(() -> standIn(source, pathOf(key), line));
    }

    /** A section, or one without any keys (so that every default holds) when it is absent. */
    public ConfigNode sectionOrDefaults(String key) {
        return optionalSection(key)
                .orElseGet(
                        () ->
                                child(
                                        new ConfigNode(
                                                source,
                                                pathOf(key),
                                                line,
                                                new MappingNode(
                                                        Tag.MAP, List.of(), FlowStyle.BLOCK))));
    }

    /** A section, or nothing when it is absent. */
    public Optional<ConfigNode> optionalSection(String key) {
        known.add(key);
        var entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.value instanceof MappingNode mapping) {
            return Optional.of(child(new ConfigNode(source, pathOf(key), entry.line, mapping)));
        }
        source.problem(
                entry.line,
                pathOf(key),
                describe(entry.value) + " (expected: a section with keys)");
        return Optional.empty();
    }

    /** A list of sections, empty when the key is absent. */
    public List<ConfigNode> sections(String key) {
        var sections = new ArrayList<ConfigNode>();
        for (Node item : items(key, "a list of sections")) {
            var itemPath = pathOf(key) + "[" + sections.size() + "]";
            if (item instanceof MappingNode mapping) {
                sections.add(child(new ConfigNode(source, itemPath, line(item), mapping)));
            } else {
                source.problem(
                        line(item), itemPath, describe(item) + " (expected: a section with keys)");
            }
        }
        return List.copyOf(sections);
    }

    // ---- problems

    /** Notes a problem that only the reader can see, such as two keys that exclude each other. */
    public void problem(String key, String message) {
        var entry = entries.get(key);
        source.problem(entry == null ? line : entry.line, pathOf(key), message);
    }

    /** Whether the file gives this key. */
    public boolean has(String key) {
        known.add(key);
        return entries.containsKey(key);
    }

    /**
     * Called on the root after every key was read.
     *
     * @throws ConfigException with every problem noted so far, and every key of the file that
     *     nobody asked for
     */
    public void finish() throws ConfigException {
        refuseUnknownKeys();
        source.throwIfAny();
    }

    private void refuseUnknownKeys() {
        entries.forEach(
                (key, entry) -> {
                    if (!known.contains(key)) {
                        source.problem(
                                entry.line,
                                pathOf(key),
                                "unknown key " + NearestKey.hint(key, known));
                    }
                });
        children.forEach(ConfigNode::refuseUnknownKeys);
    }

    private void missing(String key) {
        if (!missing) {
            source.problem(line, pathOf(key), "missing (it has no default)");
        }
    }

    // ---- reading

    private <T> Optional<T> read(String key, Function<String, T> parse) {
        known.add(key);
        var entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (!(entry.value instanceof ScalarNode scalar) || isNull(scalar)) {
            source.problem(
                    entry.line, pathOf(key), describe(entry.value) + " (expected: a plain value)");
            return Optional.empty();
        }
        return apply(entry.line, pathOf(key), scalar.getValue(), parse);
    }

    private <T> Optional<T> apply(int at, String keyPath, String text, Function<String, T> parse) {
        if (text.isEmpty()) {
            source.problem(at, keyPath, "empty (expected: a value, or no such key)");
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException e) {
            source.problem(at, keyPath, text + " (expected: " + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    private List<Node> items(String key, String expected) {
        known.add(key);
        var entry = entries.get(key);
        if (entry == null) {
            return List.of();
        }
        if (entry.value instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        source.problem(
                entry.line, pathOf(key), describe(entry.value) + " (expected: " + expected + ")");
        return List.of();
    }

    private ConfigNode child(ConfigNode node) {
        children.add(node);
        return node;
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static boolean isNull(ScalarNode scalar) {
        return scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getTag().equals(Tag.NULL);
    }

    private static String describe(Node node) {
        return switch (node) {
            case MappingNode _ -> "a section";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when isNull(scalar) -> "empty";
            case ScalarNode scalar -> scalar.getValue();
            default -> node.getNodeType().toString();
        };
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private static final Duration MAX_DURATION = Duration.ofDays(36_525);
    private static final InetSocketAddress STAND_IN_ADDRESS =
            InetSocketAddress.createUnresolved("invalid", 0);
}

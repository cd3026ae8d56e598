package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns what people wrote into a {@link Policy}, or into every problem that it has. Pure: the same
 * source gives the same answer.
 */
public final class PolicyCompiler {
    /**
     * The newest version of the policy language that this compiler reads: a bundle's manifest may
     * say no higher one.
     */
    public static final int LANGUAGE = 2;

    /** The version that a document is written in which has no list with a {@code url}. */
    public static final int LANGUAGE_OF_FILES = 1;

    private PolicyCompiler() {}

    /**
     * Any thread; never throws, whatever the files contain. Takes time and memory in proportion to
     * the source, within the limits that docs/policy.md names.
     */
    public static Compilation compile(PolicySource source) {
        return compile(source, PublicSuffixes.topLevelDomains());
    }

    /**
     * The same, with warnings of what is below a public suffix.
     *
     * @param suffixes decide nothing but warnings
     */
    public static Compilation compile(PolicySource source, PublicSuffixes suffixes) {
        Problems problems = Problems.ofDocument();
        Optional<Policy> policy =
                document(source, problems)
                        .flatMap(root -> policy(root, source, suffixes, problems));
        List<Problem> errors = problems.errors();
        return errors.isEmpty()
                ? new Compilation.Compiled(policy.orElseThrow(), problems.warnings())
                : new Compilation.Rejected(errors);
    }

    private static Optional<Yaml> document(PolicySource source, Problems problems) {
        byte[] bytes = source.files().get(PolicySource.DOCUMENT);
        if (bytes == null) {
            problems.add(Position.START, "the document is not there");
            return Optional.empty();
        }
        if (bytes.length > Limits.DOCUMENT_BYTES) {
            problems.add(
                    Position.START,
                    bytes.length + " bytes (expected: at most " + Limits.DOCUMENT_BYTES + ")");
            return Optional.empty();
        }
        return Utf8.decode(bytes, problems)
                .flatMap(text -> YamlReader.read(text, "`policy` and `rules`", problems));
    }

    /**
     * A policy; without one there is a problem. With problems there may be one nevertheless, and it
     * is not to be used.
     */
    private static Optional<Policy> policy(
            Yaml root, PolicySource source, PublicSuffixes suffixes, Problems problems) {
        Fields fields = Fields.of(root, "the document", KEYS.names(), problems);
        Optional<String> name = name(fields, problems);
        HostSets sets = new HostSets(seed(source));
        Lists lists = Lists.read(fields.value("lists"), source, suffixes, sets, problems);
        RuleReader reader = new RuleReader(problems);
        Optional<RuleReader.Rules> rules =
                fields.required("rules", "a list of rules")
                        .map(
                                section ->
                                        reader.rules(
                                                section,
                                                new ConditionReader(
                                                        ConditionReader.About.CONNECTIONS,
                                                        lists,
                                                        sets)));
        List<HttpRule> http =
                fields.value("http")
                        .map(
                                section ->
                                        reader.http(
                                                section,
                                                new ConditionReader(
                                                        ConditionReader.About.REQUESTS,
                                                        lists,
                                                        sets)))
                        .orElse(List.of());
        lists.warnOfUnused();
        if (name.isEmpty() || rules.isEmpty() || rules.get().last().isEmpty()) {
            return Optional.empty();
        }
        Hosts hosts = sets.build();
        return Optional.of(
                new Policy(
                        name.get(),
                        hosts,
                        rules.get().rules(),
                        rules.get().last().get(),
                        new HttpRules(hosts, http)));
    }

    private static Optional<String> name(Fields fields, Problems problems) {
        fields.required("policy", "the policy's name");
        Optional<Yaml.Text> text = fields.text("policy", Limits.TEXT);
        text.filter(name -> !RuleName.isValid(name.value()))
                .ifPresent(
                        name ->
                                problems.add(
                                        name.at(),
                                        "`policy`: "
                                                + Fields.quoted(name.value())
                                                + " (expected: "
                                                + RuleName.EXPECTED
                                                + ")"));
        return text.map(Yaml.Text::value);
    }

    // Whoever writes a list would have to find names that collide under a seed that those names
    // decide.
    private static long seed(PolicySource source) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (Map.Entry<String, byte[]> file : new TreeMap<>(source.files()).entrySet()) {
            byte[] path = file.getKey().getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(8)
                            .putInt(path.length)
                            .putInt(file.getValue().length)
                            .flip());
            digest.update(path);
            digest.update(file.getValue());
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    static final Keys KEYS =
            Keys.of(
                    "The document",
                    PolicyKey.required("policy", new Shape.Name(), "The policy's name."),
                    PolicyKey.required(
                            "rules",
                            new Shape.ListOf(new Shape.Mapping(RuleKeys.KEYS), Shape.Fill.SOME),
                            "The rules for connections, in order: the first that matches decides, and the"
                                    + " last one has no `when`."),
                    PolicyKey.optional(
                            "http",
                            new Shape.ListOf(new Shape.Mapping(RuleKeys.HTTP_KEYS), Shape.Fill.ANY),
                            "The rules for requests on inspected connections, in order. A request that none"
                                    + " matches passes."),
                    PolicyKey.optional(
                            "lists",
                            new Shape.Chosen(
                                    Optional.of(new Shape.Name()),
                                    "names that rules call the lists by",
                                    new Shape.Either(
                                            List.of(
                                                    new Shape.Mapping(ListSourceKeys.OF_A_FILE),
                                                    new Shape.Mapping(ListSourceKeys.FETCHED))),
                                    Shape.Fill.ANY),
                            "Lists of host names: files, or places that they are fetched from."));
}

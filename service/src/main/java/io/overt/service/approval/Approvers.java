package io.overt.service.approval;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The people whose signatures let a document be acted upon, how many of them it takes, and what
 * they insist on whatever a document says. Trusted input: whoever may write the approvers file
 * decides who approves.
 *
 * <pre>
 * threshold: 2
 * subject-words: [inspection]
 * approvers:
 *   - name: alice
 *     key: ssh-ed25519 AAAA… alice@example
 *   - name: bob
 *     key: |
 *       -----BEGIN PUBLIC KEY-----
 *       …
 *       -----END PUBLIC KEY-----
 * </pre>
 *
 * <p>{@code subject-words} is about the subjects of CAs: the file of those who approve policies has
 * no such key.
 */
public final class Approvers {

    private final List<Approver> people;
    private final int threshold;
    private final Set<String> subjectWords;
    private final Digest sha256;

    private Approvers(
            List<Approver> people, int threshold, Set<String> subjectWords, Digest sha256) {
        this.people = List.copyOf(people);
        this.threshold = threshold;
        this.subjectWords = Set.copyOf(subjectWords);
        this.sha256 = sha256;
    }

    /**
     * Reads the file of those who approve ceremonies and acts of a CA.
     *
     * @throws ConfigException naming the line: unknown keys, a threshold below two, fewer people
     *     than it asks for, a name or a key that two entries share
     */
    public static Approvers read(Path file) throws ConfigException {
        return read(file, Approvers::wordsOfSubjects);
    }

    /**
     * Reads the file of those who approve policies.
     *
     * @throws ConfigException naming the line: as of {@link #read}, and {@code subject-words},
     *     which somebody would rely on
     */
    public static Approvers readForPolicy(Path file) throws ConfigException {
        return read(file, Approvers::noWords);
    }

    private static Approvers read(Path file, Function<ConfigNode, Set<String>> words)
            throws ConfigException {
        byte[] content;
        try {
            content = BoundedFile.read(file, LARGEST_LIST);
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e);
        }
        return read(ConfigFile.parse(file, content), words, Digest.of(content));
    }

    private static Approvers read(
            ConfigNode root, Function<ConfigNode, Set<String>> wordsOf, Digest sha256)
            throws ConfigException {
        int threshold = root.integer("threshold", LEAST, LEAST, MOST);
        List<Approver> people = new ArrayList<>();
        Map<String, ConfigNode> names = new LinkedHashMap<>();
        Map<String, String> keys = new LinkedHashMap<>();
        for (ConfigNode node : root.sections("approvers")) {
            String name = node.required("name", "", Approver::requireName);
            Optional<ApproverKey> key =
                    node.required(
                            "key", Optional.empty(), text -> Optional.of(ApproverKey.parse(text)));
            if (!name.isEmpty() && names.putIfAbsent(name, node) != null) {
                node.problem("name", name + ": an approver of this name was given before");
            }
            if (key.isEmpty()) {
                continue; // said by finish()
            }
            String other = keys.putIfAbsent(key.get().fingerprint(), name);
            if (other != null) {
                // One person with two names would be two approvals.
                node.problem("key", "the key of '" + other + "' (expected: a key for each person)");
            }
            if (!name.isEmpty()) {
                people.add(new Approver(name, key.get()));
            }
        }
        if (people.size() < threshold) {
            root.problem(
                    "approvers",
                    "%d with a key (expected: at least %d, the threshold)"
                            .formatted(people.size(), threshold));
        }
        Set<String> words = wordsOf.apply(root);
        root.finish();
        return new Approvers(people, threshold, words, sha256);
    }

    private static Set<String> wordsOfSubjects(ConfigNode root) {
        List<String> words = root.list(SUBJECT_WORDS, Approvers::word);
        return words.isEmpty() ? DEFAULT_SUBJECT_WORDS : Set.copyOf(words);
    }

    private static Set<String> noWords(ConfigNode root) {
        if (root.has(SUBJECT_WORDS)) {
            List<String> words = root.list(SUBJECT_WORDS);
            root.problem(
                    SUBJECT_WORDS,
                    words
                            + " is about the subjects of CAs, and nothing to policies (expected: threshold, approvers)");
        }
        return Set.of();
    }

    /** Like {@link #approve(Path, List)}, with the approvals that lie beside the document. */
    public Approval approve(Path document) throws IOException {
        return approve(document, beside(document));
    }

    /**
     * Whether enough of these people signed exactly these bytes.
     *
     * @param document read once; what was approved is in the answer, not in the file
     * @param approvals files with one signature each
     * @throws IOException when the document cannot be read, or is larger than 16 MiB; an approval
     *     that cannot be read does not count
     */
    public Approval approve(Path document, List<Path> approvals) throws IOException {
        byte[] content = BoundedFile.read(document, LARGEST_DOCUMENT);
        return count(
                document,
                content,
                approvals,
                (file, sha256) -> ApprovalFile.read(file, content, sha256, people));
    }

    /**
     * The same for a document and approvals that came over a wire. Reads no file.
     *
     * @param document what messages call it
     * @param approvals what messages call each, and its bytes; the order decides which of two of
     *     one person is counted
     */
    public Approval approve(Path document, byte[] content, SequencedMap<Path, byte[]> approvals) {
        return count(
                document,
                content,
                List.copyOf(approvals.sequencedKeySet()),
                (name, sha256) ->
                        ApprovalFile.of(
                                Objects.requireNonNull(approvals.get(name)),
                                content,
                                sha256,
                                people));
    }

    private Approval count(
            Path document,
            byte[] content,
            List<Path> approvals,
            BiFunction<Path, Digest, ApprovalFile> look) {
        Digest sha256 = Digest.of(content);
        Map<Approver, Path> counted = new LinkedHashMap<>();
        SequencedMap<Approver, byte[]> signatures = new LinkedHashMap<>();
        List<Discounted> discounted = new ArrayList<>();
        for (Path file : approvals) {
            switch (look.apply(file, sha256)) {
                case ApprovalFile.By(Approver person, byte[] signature) -> {
                    Path earlier = counted.putIfAbsent(person, file);
                    signatures.putIfAbsent(person, signature);
                    if (earlier != null) {
                        discounted.add(
                                new Discounted(
                                        file,
                                        Discounted.Reason.SAME_PERSON,
                                        "by %s, whose approval %s is counted already"
                                                .formatted(person.name(), earlier.getFileName())));
                    }
                }
                case ApprovalFile.Faulty(Discounted.Reason reason, String detail) ->
                        discounted.add(new Discounted(file, reason, detail));
            }
        }
        List<Approver> by = List.copyOf(counted.keySet());
        return by.size() >= threshold
                ? new ApprovedDocument(document, content, sha256, signatures, discounted)
                : new NotApproved(document, sha256.hex(), threshold, by, discounted);
    }

    /**
     * The approvals that lie beside a document: {@code DOCUMENT.NAME.sig}, and {@code DOCUMENT.sig}
     * as {@code ssh-keygen} calls it; in the order of their names.
     */
    public static List<Path> beside(Path document) throws IOException {
        Path folder = document.toAbsolutePath().getParent();
        String name = String.valueOf(document.getFileName());
        if (folder == null) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String each = String.valueOf(file.getFileName());
                if (each.startsWith(name + ".") && each.endsWith(".sig")) {
                    found.add(file);
                }
            }
        }
        return found.stream().sorted().toList();
    }

    /** Who may approve, in the order of the file. */
    public List<Approver> people() {
        return people;
    }

    /** How many of them it takes; at least two. */
    public int threshold() {
        return threshold;
    }

    /** One of these stands in the subject of each CA, whatever a plan says; of policies, none. */
    public Set<String> subjectWords() {
        return subjectWords;
    }

    /** Of the file, in hexadecimal: what transcripts name it by. */
    public String sha256() {
        return sha256.hex();
    }

    /** Read from the same bytes. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Approvers that && sha256.equals(that.sha256);
    }

    @Override
    public int hashCode() {
        return sha256.hashCode();
    }

    private static String word(String text) {
        // A shorter one stands in names by chance.
        if (text.strip().length() < 4) {
            throw new IllegalArgumentException("a word of at least 4 letters");
        }
        return text.strip();
    }

    /** What a CA is called where nothing else was agreed on: it inspects, and says so. */
    public static final Set<String> DEFAULT_SUBJECT_WORDS = Set.of("inspection");

    private static final String SUBJECT_WORDS = "subject-words";

    /** Two people: one alone never acts with a CA's key. */
    private static final int LEAST = 2;

    private static final int MOST = 16;

    private static final int LARGEST_LIST = 1 << 20;

    /** Lists of names grow; plans do not. */
    private static final int LARGEST_DOCUMENT = 16 << 20;
}

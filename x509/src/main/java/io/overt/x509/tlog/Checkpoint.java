package io.overt.x509.tlog;

import java.util.List;

/**
 * What a log signs about itself (C2SP tlog-checkpoint).
 *
 * @param origin which log; nothing else tells two logs apart
 * @param extensions lines that the log added; ours adds none, and nobody can audit them
 */
public record Checkpoint(String origin, TreeHead head, List<String> extensions) {

    public Checkpoint {
        extensions = List.copyOf(extensions);
        requireLine(origin, "origin");
        extensions.forEach(line -> requireLine(line, "extension line"));
    }

    /** One without extensions. */
    public static Checkpoint of(String origin, TreeHead head) {
        return new Checkpoint(origin, head, List.of());
    }

    /**
     * Reads the text of a note that was verified.
     *
     * @throws MalformedLogException when it is no checkpoint
     */
    public static Checkpoint parse(String text) throws MalformedLogException {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty()) {
            throw new MalformedLogException(
                    "checkpoint: %d lines (expected: origin, tree size and root hash, each with an end of line)"
                            .formatted(lines.length - 1));
        }
        try {
            return new Checkpoint(
                    lines[0],
                    new TreeHead(
                            Decimal.parse(lines[1], "tree size"), MerkleHash.ofBase64(lines[2])),
                    List.of(lines).subList(3, lines.length - 1));
        } catch (IllegalArgumentException e) {
            throw new MalformedLogException("checkpoint: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a note that a log signed.
     *
     * @param log its key, whose name is the origin
     * @throws MalformedLogException when that log did not sign it, or as another
     */
    public static Checkpoint verified(SignedNote note, NoteKey log) throws MalformedLogException {
        var _ = note.verified(List.of(log));
        Checkpoint checkpoint = parse(note.text());
        if (!checkpoint.origin().equals(log.name())) {
            throw new MalformedLogException(
                    "checkpoint of %s (expected: %s)".formatted(checkpoint.origin(), log.name()));
        }
        return checkpoint;
    }

    /** What is signed. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(origin).append('\n');
        text.append(head.size()).append('\n');
        text.append(head.root().base64()).append('\n');
        extensions.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static void requireLine(String line, String what) {
        if (line.isEmpty() || line.chars().anyMatch(c -> c < 0x20)) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: one line that is not empty)".formatted(what, line));
        }
    }
}

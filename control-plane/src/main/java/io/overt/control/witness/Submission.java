package io.overt.control.witness;

import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.SignedNote;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The body of an add-checkpoint request (C2SP tlog-witness): what a log wants cosigned. Nothing of
 * it is verified.
 *
 * @param oldSize of the head that it continues
 * @param proof that it does (RFC 6962 §2.1.2)
 */
record Submission(long oldSize, List<MerkleHash> proof, SignedNote note, Checkpoint checkpoint) {

    Submission {
        proof = List.copyOf(proof);
    }

    /**
     * Reads one.
     *
     * @throws MalformedLogException when it is none, also when the old size is beyond the new one
     */
    static Submission parse(byte[] body) throws MalformedLogException {
        int gap = gap(body);
        List<String> lines =
                List.of(new String(body, 0, gap, StandardCharsets.US_ASCII).split("\n", -1));
        String old = lines.getFirst();
        if (!old.matches("old (0|[1-9][0-9]{0,17})") || lines.size() - 1 > MOST_HASHES) {
            throw new MalformedLogException(
                    "request: '%s' and %d lines (expected: old, the size, and at most %d hashes)"
                            .formatted(old, lines.size() - 1, MOST_HASHES));
        }
        List<MerkleHash> proof = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            proof.add(MerkleHash.ofBase64(line));
        }
        SignedNote note = SignedNote.parse(Arrays.copyOfRange(body, gap + 2, body.length));
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        long oldSize = Long.parseLong(old.substring("old ".length()));
        if (oldSize > checkpoint.head().size()) {
            throw new MalformedLogException(
                    "request: old size %d (expected: at most %d, the new one)"
                            .formatted(oldSize, checkpoint.head().size()));
        }
        return new Submission(oldSize, proof, note, checkpoint);
    }

    private static int gap(byte[] body) throws MalformedLogException {
        for (int i = 0; i + 1 < body.length; i++) {
            if (body[i] == '\n' && body[i + 1] == '\n') {
                return i;
            }
        }
        throw new MalformedLogException("request: no empty line before a checkpoint");
    }

    /** By the specification: a tree has no more levels. */
    private static final int MOST_HASHES = 63;
}

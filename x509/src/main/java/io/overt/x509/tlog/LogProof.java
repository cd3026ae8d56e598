package io.overt.x509.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * That an entry is in a log, for whoever has the log's key and the entry (C2SP tlog-proof).
 *
 * @param index of the entry
 * @param hashes from the leaf's sibling up
 * @param checkpoint of the tree that it is in, signed
 */
public record LogProof(long index, List<MerkleHash> hashes, SignedNote checkpoint) {

    public LogProof {
        hashes = List.copyOf(hashes);
    }

    /**
     * Reads one.
     *
     * @throws MalformedLogException when it is none
     */
    public static LogProof parse(String text) throws MalformedLogException {
        List<String> lines = List.of(text.split("\n", -1));
        int end = lines.indexOf("");
        // Extra data is nobody's word but the sender's; ours has none, and what is there is
        // ignored.
        int at = end > 2 && lines.get(1).startsWith(EXTRA) ? 2 : 1;
        if (end <= at || !lines.getFirst().equals(HEADER) || !lines.get(at).startsWith(INDEX)) {
            throw new MalformedLogException(
                    "proof: expected \"%s\", an index, hashes, an empty line and a checkpoint"
                            .formatted(HEADER));
        }
        List<MerkleHash> hashes = new ArrayList<>();
        for (String line : lines.subList(at + 1, end)) {
            hashes.add(MerkleHash.ofBase64(line));
        }
        return new LogProof(
                Decimal.parse(lines.get(at).substring(INDEX.length()), "index"),
                hashes,
                SignedNote.parse(
                        String.join("\n", lines.subList(end + 1, lines.size()))
                                .getBytes(StandardCharsets.UTF_8)));
    }

    /** As it is written down. */
    public String text() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        text.append(INDEX).append(index).append('\n');
        hashes.forEach(hash -> text.append(hash.base64()).append('\n'));
        return text.append('\n')
                .append(new String(checkpoint.encoded(), StandardCharsets.UTF_8))
                .toString();
    }

    /**
     * Requires that it proves the entry to be in the log of this key.
     *
     * @throws MalformedLogException when it does not
     */
    public void requireOf(byte[] entry, NoteKey log) throws MalformedLogException {
        Checkpoint said = Checkpoint.verified(checkpoint, log);
        MerkleProof.requireInclusion(MerkleHash.leaf(entry), index, said.head(), hashes);
    }

    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";
}

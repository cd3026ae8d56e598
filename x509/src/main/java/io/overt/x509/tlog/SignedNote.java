package io.overt.x509.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A text and who signed it (C2SP signed-note). What it says counts for nothing before {@link
 * #verified}.
 *
 * @param text ends with an end of line
 * @param signatures at least one
 */
public record SignedNote(String text, List<NoteSignature> signatures) {

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n") || text.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            throw new IllegalArgumentException(
                    "note: expected a text without control characters that ends with an end of line");
        }
        if (signatures.isEmpty()) {
            throw new IllegalArgumentException("note: no signature (expected: at least one)");
        }
    }

    /**
     * Reads one.
     *
     * @throws MalformedLogException when it is no signed note, or beyond our limits
     */
    public static SignedNote parse(byte[] note) throws MalformedLogException {
        if (note.length > LONGEST) {
            throw new MalformedLogException(
                    "note: %d bytes (expected: at most %d)".formatted(note.length, LONGEST));
        }
        String all;
        try {
            all = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(note)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedLogException("note: not UTF-8", e);
        }
        // The text may have empty lines; the last one is what separates.
        int separator = all.lastIndexOf("\n\n");
        if (separator < 0 || !all.endsWith("\n")) {
            throw new MalformedLogException(
                    "note: expected a text, an empty line, and lines of signatures");
        }
        String lines = all.substring(separator + 2);
        List<NoteSignature> signatures = new ArrayList<>();
        if (!lines.isEmpty()) {
            for (String line : lines.substring(0, lines.length() - 1).split("\n", -1)) {
                signatures.add(NoteSignature.parse(line));
            }
        }
        if (signatures.size() > MOST_SIGNATURES) {
            throw new MalformedLogException(
                    "note: %d signatures (expected: at most %d)"
                            .formatted(signatures.size(), MOST_SIGNATURES));
        }
        try {
            return new SignedNote(all.substring(0, separator + 1), signatures);
        } catch (IllegalArgumentException e) {
            throw new MalformedLogException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The same with one signature more. */
    public SignedNote with(NoteSignature signature) {
        List<NoteSignature> all = new ArrayList<>(signatures);
        all.add(signature);
        return new SignedNote(text, all);
    }

    /** The same with the signatures of one key alone, which has signed it. */
    public SignedNote only(NoteKey key) {
        return new SignedNote(
                text,
                signatures.stream()
                        .filter(each -> each.name().equals(key.name()) && each.keyId() == key.id())
                        .toList());
    }

    /** As it is written down, UTF-8. */
    public byte[] encoded() {
        StringBuilder all = new StringBuilder(text).append('\n');
        signatures.forEach(signature -> all.append(signature.line()).append('\n'));
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Those of these keys that signed it. Signatures of others are ignored, as the specification
     * demands; one of these that does not verify spoils the whole.
     *
     * @throws MalformedLogException when none of them did, or one of the signatures is wrong
     */
    public List<NoteKey> verified(Collection<NoteKey> keys) throws MalformedLogException {
        List<NoteKey> signers = new ArrayList<>();
        for (NoteKey key : keys) {
            for (NoteSignature signature : signatures) {
                if (signature.name().equals(key.name()) && signature.keyId() == key.id()) {
                    if (!key.verifies(text, signature.signature())) {
                        throw new MalformedLogException(
                                "note: the signature of %s does not verify".formatted(key.name()));
                    }
                    signers.add(key);
                    break;
                }
            }
        }
        if (signers.isEmpty()) {
            throw new MalformedLogException(
                    "note: not signed by any of %s, but by %s"
                            .formatted(
                                    keys.stream().map(NoteKey::name).toList(),
                                    signatures.stream().map(NoteSignature::name).toList()));
        }
        return signers;
    }

    /** Room for many witnesses with signatures of a post-quantum algorithm, and no more. */
    private static final int LONGEST = 256 << 10;

    private static final int MOST_SIGNATURES = 64;
}

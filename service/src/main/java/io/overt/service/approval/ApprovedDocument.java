package io.overt.service.approval;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Proof that enough people signed exactly these bytes: only {@link Approvers#approve} makes one.
 * Act on {@link #content}, never on the file, which may be another one by now.
 */
public final class ApprovedDocument implements Approval {

    private final Path document;
    private final byte[] content;
    private final Digest sha256;
    private final SequencedMap<Approver, byte[]> signatures;
    private final List<Discounted> discounted;

    ApprovedDocument(
            Path document,
            byte[] content,
            Digest sha256,
            SequencedMap<Approver, byte[]> signatures,
            List<Discounted> discounted) {
        this.document = document;
        this.content = content.clone();
        this.sha256 = sha256;
        this.signatures = new LinkedHashMap<>(signatures);
        this.discounted = List.copyOf(discounted);
    }

    /** Where it was read from. */
    public Path document() {
        return document;
    }

    /** What was approved; a copy. */
    public byte[] content() {
        return content.clone();
    }

    /** In hexadecimal. */
    public String sha256() {
        return sha256.hex();
    }

    /** At least as many people as the approvers file asks for. */
    public List<Approver> approvedBy() {
        return List.copyOf(signatures.sequencedKeySet());
    }

    /** A person's approval as it was handed in, so that others can verify it again; a copy. */
    public Optional<byte[]> signature(Approver person) {
        return Optional.ofNullable(signatures.get(person)).map(byte[]::clone);
    }

    /** Approvals that were handed in as well, and do not count. */
    public List<Discounted> discounted() {
        return discounted;
    }
}

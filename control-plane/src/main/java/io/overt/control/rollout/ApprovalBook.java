package io.overt.control.rollout;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.control.store.ApprovalStore;
import io.overt.control.store.SignedVersion;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.Discounted;
import io.overt.service.approval.NotApproved;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.bundle.PolicyStatement;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whose approvals of a version count. Edges judge for themselves, by their own list of people:
 * whoever has this process can let a version pass here, and no edge that asks for approvals takes
 * it. Thread-safe; blocking.
 */
public final class ApprovalBook {
    private final ApprovalStore store;
    private final Optional<Approvers> approvers;
    private final RolloutSettings.Publisher publisher;
    private final int needed;

    /**
     * One approval.
     *
     * @param approver empty when it is nobody's
     * @param discounted why it does not count; empty when it does
     */
    public record Line(
            Optional<String> approver, ApprovalStore.Kept kept, Optional<String> discounted) {}

    /** How a version stands. */
    public record Standing(List<Line> lines, int counted, int needed) {
        public Standing {
            lines = List.copyOf(lines);
        }
    }

    /** Judges by these people, of whom the settings say how many it takes. */
    public ApprovalBook(
            ApprovalStore store, Optional<Approvers> approvers, RolloutSettings settings) {
        this.store = store;
        this.approvers = approvers;
        this.publisher = settings.publisher();
        this.needed = settings.approvals();
    }

    /** How many people it takes. */
    int needed() {
        return needed;
    }

    /** What is signed. */
    public static byte[] statement(SignedVersion version) {
        try {
            return PolicyStatement.of(BundleManifest.parseFrom(version.bundle().getManifest()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "version " + version.version() + " was kept with a manifest that is none", e);
        }
    }

    /** How a version stands now. */
    public Standing of(SignedVersion version) {
        var statement = statement(version);
        var lines = new ArrayList<Line>();
        var counted = new LinkedHashSet<String>();
        for (var kept : store.of(digest(statement))) {
            var line = judge(version, statement, kept);
            var name = line.approver();
            if (line.discounted().isEmpty() && name.isPresent() && !counted.add(name.get())) {
                line =
                        new Line(
                                name,
                                kept,
                                Optional.of("by " + name.get() + ", who is counted already"));
            }
            lines.add(line);
        }
        return new Standing(lines, counted.size(), needed);
    }

    /** Signatures as edges get them, those that count here. */
    List<ByteString> signatures(SignedVersion version) {
        return of(version).lines().stream()
                .filter(line -> line.discounted().isEmpty())
                .map(line -> line.kept().signature())
                .toList();
    }

    /**
     * Keeps an approval that counts.
     *
     * @throws RefusedException saying why it does not
     */
    public String add(SignedVersion version, ByteString signature, String by, Instant at)
            throws RefusedException {
        var subject = "version " + version.version();
        if (approvers.isEmpty()) {
            throw RefusedException.notNow(
                    subject, "no approvals are asked for here (expected: rollout.approvers)");
        }
        if (signature.size() > LARGEST) {
            throw RefusedException.malformed(
                    "signature", signature.size() + " bytes (expected: at most " + LARGEST + ")");
        }
        var statement = statement(version);
        var kept = new ApprovalStore.Kept(signature, at, by);
        var line = judge(version, statement, kept);
        if (line.discounted().isPresent()) {
            throw RefusedException.notApproved(subject, line.discounted().get());
        }
        store.add(digest(statement), kept);
        return line.approver().orElseThrow();
    }

    private Line judge(SignedVersion version, byte[] statement, ApprovalStore.Kept kept) {
        if (approvers.isEmpty()) {
            return new Line(Optional.empty(), kept, Optional.of("no approvers are configured"));
        }
        var one = new LinkedHashMap<Path, byte[]>();
        one.put(Path.of("approval"), kept.signature().toByteArray());
        List<Approver> by;
        List<Discounted> discounted;
        switch (approvers.get().approve(Path.of("version-" + version.version()), statement, one)) {
            case ApprovedDocument document -> {
                by = document.approvedBy();
                discounted = document.discounted();
            }
            case NotApproved not -> {
                by = not.approvedBy();
                discounted = not.discounted();
            }
        }
        if (by.isEmpty()) {
            return new Line(Optional.empty(), kept, Optional.of(discounted.getFirst().detail()));
        }
        var name = by.getFirst().name();
        boolean own =
                publisher == RolloutSettings.Publisher.MAY_NOT_APPROVE
                        && name.toLowerCase(Locale.ROOT).equals(person(version.publisher()));
        return new Line(
                Optional.of(name),
                kept,
                own ? Optional.of("by " + name + ", who published it") : Optional.empty());
    }

    /**
     * The name at the end of an identity: approvers are called as the certificates of people are.
     */
    private static String person(String identity) {
        return identity.substring(identity.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static ByteString digest(byte[] statement) {
        return ByteString.copyFrom(PolicySignature.sha256(statement));
    }

    /** As the verifier's own bound. */
    private static final int LARGEST = 16 << 10;
}

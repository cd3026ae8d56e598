package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Ceremony;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.NotApproved;
import io.overt.signer.ceremony.CeremonyRecord;
import io.overt.signer.ceremony.MalformedTranscriptException;
import io.overt.signer.log.Finding.Kind;
import io.overt.x509.tlog.MalformedLogException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What entries of ceremonies have to say: what stands beside a transcript is what it says, no
 * ceremony is told of twice, and no plan was carried out twice. Needs no readers' key. Confined to
 * one thread.
 */
final class CeremonyRules {

    private final CeremonyDemands demands;
    private final List<Long> entries = new ArrayList<>();
    private final Set<ByteString> transcripts = new HashSet<>();
    private final Set<ByteString> plans = new HashSet<>();
    private final Set<ByteString> certificates = new HashSet<>();

    CeremonyRules(CeremonyDemands demands) {
        this.demands = demands;
    }

    void ceremony(long index, Ceremony ceremony) throws MalformedLogException, BrokenRule {
        entries.add(index);
        // Whatever is wrong with it: what it says was made is not told as unknown as well.
        certificates.addAll(ceremony.getCertificatesSha256List());
        if (!transcripts.add(ceremony.getTranscriptSha256())) {
            throw new BrokenRule(
                    Kind.CEREMONY,
                    "a ceremony that an entry before tells of: transcript "
                            + hex(ceremony.getTranscriptSha256()));
        }
        if (!plans.add(ceremony.getPlanSha256())) {
            throw new BrokenRule(
                    Kind.CEREMONY,
                    "plan %s was carried out before (expected: once)"
                            .formatted(hex(ceremony.getPlanSha256())));
        }
        if (ceremony.getApproversCount() < LEAST
                || new HashSet<>(ceremony.getApproversList()).size()
                        != ceremony.getApproversCount()) {
            throw new BrokenRule(
                    Kind.CEREMONY,
                    "plan %s is approved by %s (expected: at least %d people, each once)"
                            .formatted(
                                    hex(ceremony.getPlanSha256()),
                                    ceremony.getApproversList(),
                                    LEAST));
        }
        if (!ceremony.getTranscript().isEmpty()) {
            transcript(ceremony);
        } else if (demands.approvers().isPresent()) {
            throw new BrokenRule(
                    Kind.NOT_CHECKABLE,
                    "the transcript had no room in its entry: its approvals cannot be verified");
        }
    }

    private void transcript(Ceremony ceremony) throws BrokenRule {
        CeremonyRecord record;
        try {
            record = CeremonyRecord.read(ceremony.getTranscript().toByteArray());
        } catch (MalformedTranscriptException e) {
            throw new BrokenRule(Kind.CEREMONY, "the transcript: " + e.getMessage());
        }
        if (!CeremonyEntry.of(record, ceremony.getApproversList()).equals(ceremony)) {
            throw new BrokenRule(
                    Kind.CEREMONY, "the transcript does not say what stands beside it");
        }
        if (demands.approvers().isPresent()) {
            switch (record.approval(demands.approvers().get())) {
                case ApprovedDocument _ -> {}
                case NotApproved not ->
                        throw new BrokenRule(
                                Kind.CEREMONY, "by the approvers given here: " + not.message());
            }
        }
    }

    /** An issuer that a reader wants to have come from a ceremony, and that does not. */
    void issuer(ByteString certificate) throws BrokenRule {
        switch (demands.issuers()) {
            case ANY -> {}
            case OF_CEREMONIES -> {
                if (!certificates.contains(certificate)) {
                    throw new BrokenRule(
                            Kind.NO_CEREMONY,
                            "issuer %s (expected: an entry before it of the ceremony that made it)"
                                    .formatted(hex(certificate)));
                }
            }
        }
    }

    /** Indexes of the entries so far. */
    List<Long> entries() {
        return List.copyOf(entries);
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** As the approvers file has it. */
    private static final int LEAST = 2;
}

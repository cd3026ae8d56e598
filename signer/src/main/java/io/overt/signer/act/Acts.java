package io.overt.signer.act;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.Entry;
import io.overt.service.approval.Approval;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.NotApproved;
import io.overt.service.config.ConfigException;
import io.overt.signer.act.ActBook.Applied;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.log.TransparencyLog;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies acts, each once and in its order. What is in force after a start is the configuration
 * with every act over it that the store has: acts are replayed, never undone (ADR 0167). Confined
 * to one thread at a time; what it puts in force is seen by all.
 */
public final class Acts {

    private final ActBook book;
    private final Standing.Certificates certificates;
    private final ActDocument documents;
    private final List<Issuer> issuers;
    private final InForce inForce;
    private final InstantSource clock;
    private final Map<Long, Applied> applied = new HashMap<>();
    private Standing standing;

    /**
     * Replays what the store has: from the return on, it is in force.
     *
     * @param signer this process's fleet identity
     * @throws IndexException when the store cannot be used, or has an act that cannot be read
     */
    public static Acts replay(
            String signer,
            ActBook book,
            Standing.Certificates certificates,
            ActDocument documents,
            List<Issuer> issuers,
            InForce inForce,
            InstantSource clock)
            throws IndexException {
        Acts acts =
                new Acts(
                        book,
                        certificates,
                        documents,
                        issuers,
                        inForce,
                        clock,
                        before(signer, issuers, inForce));
        for (Applied each : book.all()) {
            acts.standing = replayed(acts.standing, each, documents);
            acts.applied.put(each.number(), each);
        }
        acts.putInForce();
        return acts;
    }

    private Acts(
            ActBook book,
            Standing.Certificates certificates,
            ActDocument documents,
            List<Issuer> issuers,
            InForce inForce,
            InstantSource clock,
            Standing standing) {
        this.book = book;
        this.certificates = certificates;
        this.documents = documents;
        this.issuers = List.copyOf(issuers);
        this.inForce = inForce;
        this.clock = clock;
        this.standing = standing;
    }

    private static Standing before(String signer, List<Issuer> issuers, InForce inForce) {
        Map<CertificateFingerprint, IssuerState> states = new HashMap<>();
        Set<CertificateFingerprint> trusted = new HashSet<>();
        for (Issuer issuer : issuers) {
            states.put(issuer.ca().fingerprint(), issuer.ordered());
            if (issuer.ca().trust() == IssuerTrust.TRUSTED) {
                trusted.add(issuer.ca().fingerprint());
            }
        }
        return new Standing(signer, states, trusted, inForce.now());
    }

    /** What an act that was applied once makes of a standing. */
    public static Standing replayed(Standing before, Applied act, ActDocument documents)
            throws IndexException {
        try {
            return before.after(
                    documents.read(Path.of("act " + act.number()), act.document()), act.at());
        } catch (ConfigException e) {
            throw new IndexException(
                    "act %d in the store no longer fits the configuration: %s"
                            .formatted(act.number(), e.getMessage()),
                    e);
        }
    }

    /** How the signer stands. */
    public Standing standing() {
        return standing;
    }

    /**
     * Applies an act if there is no objection.
     *
     * @param approval of its document
     * @param log gets its entry
     */
    public ActOutcome take(Approval approval, TransparencyLog log) {
        return switch (approval) {
            case NotApproved not -> new ActOutcome.Refused(not.message());
            case ApprovedDocument document -> take(document, log);
        };
    }

    private ActOutcome take(ApprovedDocument document, TransparencyLog log) {
        try {
            Act act = documents.read(document.document(), document.content());
            Applied before = applied.get(act.header().number());
            if (before != null && before.sha256().equals(document.sha256())) {
                return new ActOutcome.AppliedBefore(
                        before.number(), said(before, "applied at " + before.at()));
            }
            Optional<String> objection = standing.objection(act, certificates, clock.instant());
            if (objection.isPresent()) {
                return new ActOutcome.Refused(objection.get());
            }
            return apply(act, document, log);
        } catch (ConfigException e) {
            return new ActOutcome.Refused(String.valueOf(e.getMessage()));
        } catch (IndexException e) {
            return new ActOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private ActOutcome apply(Act act, ApprovedDocument document, TransparencyLog log)
            throws IndexException {
        Instant now = clock.instant();
        Applied row =
                new Applied(
                        act.header().number(),
                        act.header().kind(),
                        document.content(),
                        document.sha256(),
                        document.approvedBy().stream().map(Approver::name).toList(),
                        now);
        // The commit point: entry and act are in the store together. What follows is done again
        // by a start if this process ends here.
        log.append(
                entry(act, row),
                now,
                entry -> {
                    book.keep(row, entry);
                    return row;
                });
        String change = standing.change(act);
        standing = standing.after(act, now);
        applied.put(row.number(), row);
        putInForce();
        if (act instanceof Act.IssuerChange) {
            standingEntries(log);
        }
        return new ActOutcome.Applied(row.number(), said(row, change));
    }

    /** Issuers as they are now; a start says them again where this fails. */
    private void standingEntries(TransparencyLog log) {
        try {
            log.standing(issuers);
        } catch (IndexException e) {
            LOG.atError().setCause(e).log("the issuer's new state is logged by its act alone");
        }
    }

    private void putInForce() {
        // Rules first: what is revoked is refused before anything else changes.
        inForce.replace(standing.rules());
        for (Issuer issuer : issuers) {
            IssuerState state = standing.issuers().get(issuer.ca().fingerprint());
            if (state != null) {
                issuer.order(state);
            }
        }
    }

    private static String said(Applied act, String what) {
        return "act %d (%s, sha256:%s), approved by %s: %s"
                .formatted(
                        act.number(),
                        act.kind(),
                        act.sha256(),
                        String.join(", ", act.approvers()),
                        what);
    }

    private static Entry.Builder entry(Act act, Applied row) {
        io.overt.proto.log.v1.Act.Builder entry =
                io.overt.proto.log.v1.Act.newBuilder()
                        .setNumber(row.number())
                        .setKind(row.kind())
                        .setDocumentSha256(
                                ByteString.copyFrom(HexFormat.of().parseHex(row.sha256())))
                        .addAllApprovers(row.approvers());
        if (isPublic(act) && row.document().length <= TransparencyLog.ROOM) {
            entry.setDocument(ByteString.copyFrom(row.document()));
        }
        return Entry.newBuilder().setAct(entry);
    }

    /** Names of hosts are for the security team (ADR 0151). */
    private static boolean isPublic(Act act) {
        return switch (act) {
            case Act.NeverForgeList _ -> false;
            case Act.IssuerChange _,
                    Act.LeafKeyRevocation _,
                    Act.CertificateRevocation _,
                    Act.Profiles _ ->
                    true;
        };
    }

    private static final Logger LOG = LoggerFactory.getLogger(Acts.class);
}

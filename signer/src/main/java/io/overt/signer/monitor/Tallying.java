package io.overt.signer.monitor;

import io.overt.proto.log.v1.Evidence;
import io.overt.signer.log.EntryRules;
import io.overt.signer.log.EntryRules.StandingIssuer;
import io.overt.signer.monitor.MonitorState.Tally;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Counts the signatures that go by, and hands intents on. Confined to one thread. */
final class Tallying implements EntryRules.Seen {
    private final Instant since;
    private final Map<String, Long> signatures;
    private final EvidenceCheck evidence;
    private long crls;

    Tallying(Tally before, EvidenceCheck evidence) {
        this.since = before.since();
        this.signatures = new HashMap<>(before.signatures());
        this.crls = before.crls();
        this.evidence = evidence;
    }

    @Override
    public void intent(long index, Instant at, StandingIssuer issuer, Evidence opened) {
        evidence.judge(index, at, issuer, opened);
    }

    @Override
    public void signature(Instant at, StandingIssuer issuer) {
        if (!at.isBefore(since)) {
            signatures.merge(issuer.name(), 1L, Long::sum);
        }
    }

    @Override
    public void crl(Instant at) {
        if (!at.isBefore(since)) {
            crls++;
        }
    }

    Tally tally() {
        return new Tally(since, signatures, crls);
    }
}

package io.overt.signer.monitor;

import io.overt.signer.monitor.MonitorState.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The signer's counters against its log. An entry is written before a signature is asked for and
 * after it was made, so the log has at least what is counted; that it has more is no matter.
 */
final class Reconciliation {

    private Reconciliation() {}

    /**
     * Signatures that are counted and not accounted for.
     *
     * @param series of the counter
     * @param count how many
     * @param text for people
     */
    record Surplus(String series, long count, String text) {}

    /**
     * Compares.
     *
     * @param tally of a log that was read after the counters
     * @param open intents since the process began that have no certificate: signatures that were
     *     cut off, or are under way
     */
    static List<Surplus> surplus(Counters counters, Tally tally, Map<String, Long> open) {
        List<Surplus> surplus = new ArrayList<>();
        new TreeMap<>(counters.signatures())
                .forEach(
                        (issuer, counted) -> {
                            long logged = tally.signatures().getOrDefault(issuer, 0L);
                            long cutOff = open.getOrDefault(issuer, 0L);
                            add(
                                    surplus,
                                    "overt_signer_signatures_total " + issuer,
                                    counted - logged - cutOff,
                                    "%d signatures are counted since %s (expected: at most %d, of which the log has %d certificates or withheld ones and %d intents without one)"
                                            .formatted(
                                                    counted,
                                                    counters.start(),
                                                    logged + cutOff,
                                                    logged,
                                                    cutOff));
                        });
        add(
                surplus,
                "overt_signer_crls_total",
                counters.crls() - tally.crls(),
                "%d CRLs are counted since %s (expected: at most %d, which the log has)"
                        .formatted(counters.crls(), counters.start(), tally.crls()));
        counters.operations()
                .ifPresent(
                        operations ->
                                add(
                                        surplus,
                                        "overt_signer_token_operations_total",
                                        operations - counters.accounted(),
                                        "the token has made %d signatures since %s (expected: at most %d, those over leaves, CRLs and checkpoints)"
                                                .formatted(
                                                        operations,
                                                        counters.start(),
                                                        counters.accounted())));
        return surplus;
    }

    private static void add(List<Surplus> surplus, String series, long count, String text) {
        if (count > 0) {
            surplus.add(new Surplus(series, count, text));
        }
    }
}

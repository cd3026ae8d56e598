package io.overt.edge.exclusion.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What became of notes.
 *
 * @param taken an edge of this site wrote it, and it was news
 * @param rejected an edge of this site wrote it, and this one cannot make sense of it
 * @param foreign no edge of this site wrote it; each time that it is met
 * @param unshared one of ours that the carrier did not take, for a while
 * @param unkept verdicts that the disk did not take, or give back
 */
record NoteMeters(
        Counter taken, Counter rejected, Counter foreign, Counter unshared, Counter unkept) {

    NoteMeters(MeterRegistry meters) {
        this(
                counter(meters, "taken"),
                counter(meters, "rejected"),
                counter(meters, "foreign"),
                counter(meters, "unshared"),
                counter(meters, "unkept"));
    }

    private static Counter counter(MeterRegistry meters, String fate) {
        return Counter.builder("overt.edge.exclusion.notes")
                .description(
                        "Notes about exclusions: taken from other edges, rejected as unreadable, foreign to this site, unshared for a while, not kept on disk.")
                .tag("fate", fate)
                .register(meters);
    }
}

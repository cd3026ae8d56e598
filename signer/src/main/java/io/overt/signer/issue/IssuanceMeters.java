package io.overt.signer.issue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What issuing counts; every series is there, at zero, from the start. Thread-safe. */
public final class IssuanceMeters {

    private final Map<Issuer, Counter> signatures =
            new HashMap<>(); // issuers are equal only to themselves
    private final Counter indexHits;

    /** Counts for these issuers. */
    public IssuanceMeters(MeterRegistry registry, Collection<Issuer> issuers) {
        for (Issuer issuer : issuers) {
            signatures.put(
                    issuer,
                    Counter.builder("overt.signer.signatures")
                            .tag("issuer", issuer.name())
                            .description("Signatures over leaves that issuing keys made.")
                            .register(registry));
        }
        indexHits =
                Counter.builder("overt.signer.index.hits")
                        .description(
                                "Requests answered with a certificate that had been signed before, or for an identical request at the same time.")
                        .register(registry);
    }

    void signed(Issuer issuer) {
        Counter counter = signatures.get(issuer);
        if (counter == null) {
            throw new IllegalArgumentException("an issuer that nobody counts: " + issuer.name());
        }
        counter.increment();
    }

    void indexHit() {
        indexHits.increment();
    }
}

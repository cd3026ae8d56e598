package io.overt.signer.crl;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What CRLs count; every series is there, at zero, from the start. Thread-safe. */
final class CrlMeters {

    /** What can fail. */
    enum Step {
        STORE("store"),
        TOKEN("token"),
        SIGNATURE("signature"),
        FILE("file"),
        DEFECT("defect");

        private final String text;

        Step(String text) {
            this.text = text;
        }
    }

    private record OfIssuer(Counter signed, AtomicLong revoked, AtomicLong nextUpdate) {}

    private final Map<String, OfIssuer> issuers = new HashMap<>();
    private final Map<Step, Counter> failures = new EnumMap<>(Step.class);

    /**
     * @param names as CRLs are published under
     */
    CrlMeters(MeterRegistry registry, Iterable<String> names) {
        for (String name : names) {
            AtomicLong revoked = new AtomicLong();
            AtomicLong nextUpdate = new AtomicLong();
            Gauge.builder("overt.signer.crl.revoked", revoked, AtomicLong::get)
                    .tag("crl", name)
                    .description("Certificates on the published CRL.")
                    .register(registry);
            Gauge.builder("overt.signer.crl.next.update", nextUpdate, AtomicLong::get)
                    .tag("crl", name)
                    .baseUnit("seconds")
                    .description(
                            "Until when clients take the published CRL, in seconds since 1970; 0: there is none.")
                    .register(registry);
            issuers.put(
                    name,
                    new OfIssuer(
                            Counter.builder("overt.signer.crls")
                                    .tag("crl", name)
                                    .description("CRLs that were signed.")
                                    .register(registry),
                            revoked,
                            nextUpdate));
        }
        for (Step step : Step.values()) {
            failures.put(
                    step,
                    Counter.builder("overt.signer.crl.failures")
                            .tag("step", step.text)
                            .description(
                                    "Attempts to make a CRL that failed; the one before stays published.")
                            .register(registry));
        }
    }

    void signed(String name) {
        of(name).signed().increment();
    }

    void published(String name, PublishedCrl crl) {
        of(name).revoked().set(crl.serials().size());
        of(name).nextUpdate().set(crl.nextUpdate().getEpochSecond());
    }

    void failed(Step step) {
        Objects.requireNonNull(failures.get(step)).increment();
    }

    private OfIssuer of(String name) {
        return Objects.requireNonNull(issuers.get(name), name);
    }
}

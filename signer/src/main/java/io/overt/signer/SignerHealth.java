package io.overt.signer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.admin.Readiness;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.key.KeyState;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.IssuerTrust;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks every other second whether the signer can sign: an active issuer whose key is up, and a
 * store that answers. On a virtual thread of its own; whoever starts it closes it.
 */
final class SignerHealth implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final List<Issuer> issuers;
    private final SqliteStore store;
    private final Readiness readiness;
    private final Readiness.Condition issuerCondition;
    private final Readiness.Condition storeCondition;
    private final AtomicInteger openIntents = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    static SignerHealth start(
            List<Issuer> issuers, SqliteStore store, Readiness readiness, MeterRegistry registry) {
        SignerHealth health = new SignerHealth(issuers, store, readiness, registry);
        health.look();
        Thread.ofVirtual().name("signer-health").start(health::watch);
        return health;
    }

    private SignerHealth(
            List<Issuer> issuers, SqliteStore store, Readiness readiness, MeterRegistry registry) {
        this.issuers = List.copyOf(issuers);
        this.store = store;
        this.readiness = readiness;
        this.issuerCondition = readiness.condition("issuer");
        this.storeCondition = readiness.condition("store");
        Gauge.builder("overt.signer.intents.open", openIntents, AtomicInteger::get)
                .description(
                        "Intents to sign that have no certificate: issuances under way, and those that were cut off.")
                .register(registry);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void watch() {
        try {
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What keeps the signer from signing at this moment, by condition. Keys are asked anew, so that
     * edges know of a token that is away before the next look does; the rest is as last seen.
     */
    Map<String, String> unmet() {
        lookAtKeys();
        return readiness.unmet();
    }

    private void look() {
        lookAtKeys();
        try {
            openIntents.set(store.openIntents());
            storeCondition.met();
        } catch (IndexException e) {
            storeCondition.unmet(String.valueOf(e.getMessage()));
        }
    }

    /** From memory: the state of a key is what its last call came to. */
    private void lookAtKeys() {
        List<Issuer> active =
                issuers.stream()
                        .filter(issuer -> issuer.state() == IssuerState.ACTIVE)
                        // Without the other kind most of what a signer is for still works.
                        .filter(issuer -> issuer.ca().trust() == IssuerTrust.TRUSTED)
                        .toList();
        if (active.stream().anyMatch(issuer -> issuer.key().state() == KeyState.UP)) {
            issuerCondition.met();
        } else {
            issuerCondition.unmet(
                    active.isEmpty()
                            ? "no issuer is active"
                            : "the key of each active issuer is "
                                    + active.getFirst().key().state().text());
        }
    }
}

package io.overt.edge.forge;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.LeafCheck.Bad;
import io.overt.edge.forge.LeafCheck.Good;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.SealedMap.Away;
import io.overt.edge.site.SealedMap.Foreign;
import io.overt.edge.site.SealedMap.Nothing;
import io.overt.edge.site.SealedMap.Value;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.Mirroring.Mirrored;
import io.overt.x509.Mirroring.NotMirrorable;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tier 2: leaves that other edges of the site have had forged. A value is a claim by whoever has
 * the site secret, so each is checked as thoroughly as a signer's answer; what does not hold is
 * counted, logged and as good as absent.
 *
 * <p>A value: format 0x01, SHA-256 of the issuing CA's certificate, DER of the leaf.
 */
final class SiteLeaves {
    /** The name of the map. */
    static final String MAP = "leaves";

    private final SealedMap map;
    private final Signers signers;
    private final InstantSource clock;
    private final Counter notOpened;
    private final Counter format;
    private final Counter issuerUnknown;
    private final Map<LeafCheck.Fault, Counter> faults = new EnumMap<>(LeafCheck.Fault.class);

    /**
     * A leaf that may be served.
     *
     * @param leaf the certificate
     * @param issuer by whom
     */
    record Found(X509Certificate leaf, KnownIssuer issuer) {}

    SiteLeaves(SealedMap map, Signers signers, InstantSource clock, MeterRegistry meters) {
        this.map = map;
        this.signers = signers;
        this.clock = clock;
        this.notOpened = rejected(meters, "not-opened");
        this.format = rejected(meters, "format");
        this.issuerUnknown = rejected(meters, "issuer-unknown");
        for (LeafCheck.Fault fault : LeafCheck.Fault.values()) {
            faults.put(fault, rejected(meters, fault.text()));
        }
    }

    /**
     * Looks for the leaf of {@code task}. Waits at most as long as the map's deadline: for virtual
     * threads.
     */
    Optional<Found> find(ForgeTask task) {
        return switch (map.read(task.name().bytes()).toCompletableFuture().join()) {
            case Value(ByteString value) -> check(task, value.toByteArray());
            case Nothing _, Away _ -> Optional.empty();
            case Foreign(String detail) -> reject(notOpened, task, detail);
        };
    }

    /** Tells the other edges, and does not wait until they know. */
    void share(ForgeTask task, X509Certificate leaf, KnownIssuer issuer, Duration timeToLive) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(FORMAT);
        value.writeBytes(issuer.fingerprint().bytes());
        try {
            value.writeBytes(leaf.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read from DER has DER", e);
        }
        // The map counts what becomes of it.
        var _ = map.write(task.name().bytes(), value.toByteArray(), timeToLive);
    }

    private Optional<Found> check(ForgeTask task, byte[] value) {
        if (value.length <= HEADER_LENGTH || value[0] != FORMAT) {
            return reject(format, task, value.length + " bytes");
        }
        CertificateFingerprint named =
                CertificateFingerprint.ofSha256(Arrays.copyOfRange(value, 1, HEADER_LENGTH));
        // A leaf of the other kind of issuer is as good as one of none.
        Optional<KnownIssuer> issuer =
                signers.issuer(named).filter(known -> known.ca().trust() == task.trust());
        if (issuer.isEmpty()) {
            return reject(issuerUnknown, task, named.hex());
        }
        return switch (task.mirroredFor(issuer.get())) {
            case Mirrored(var tbs) ->
                    switch (LeafCheck.of(
                            Arrays.copyOfRange(value, HEADER_LENGTH, value.length),
                            tbs,
                            issuer.get(),
                            now())) {
                        case Good(X509Certificate leaf) ->
                                Optional.of(new Found(leaf, issuer.get()));
                        case Bad(var fault, var detail) -> reject(counter(fault), task, detail);
                    };
            // Whoever wrote it served what the recipe refuses; the signer tier says so to the
            // caller.
            case NotMirrorable(var _, String detail) ->
                    reject(counter(LeafCheck.Fault.TBS_DIFFERS), task, detail);
        };
    }

    private Counter counter(LeafCheck.Fault fault) {
        return Objects.requireNonNull(faults.get(fault), "the constructor made one for each fault");
    }

    private Instant now() {
        return clock.instant();
    }

    private static Optional<Found> reject(Counter reason, ForgeTask task, String detail) {
        reason.increment();
        LOG.atWarn()
                .addKeyValue("forge_key", task.name())
                .addKeyValue("reason", reason.getId().getTag("reason"))
                .addKeyValue("detail", detail)
                .log("value of the site's cache not used");
        return Optional.empty();
    }

    private static Counter rejected(MeterRegistry meters, String reason) {
        return Counter.builder("overt.site.cache.rejected")
                .description(
                        "Leaves in the site's cache that were not used although they were there.")
                .tag("reason", reason)
                .register(meters);
    }

    private static final byte FORMAT = 0x01;
    private static final int HEADER_LENGTH = 1 + 32;
    private static final Logger LOG = LoggerFactory.getLogger(SiteLeaves.class);
}

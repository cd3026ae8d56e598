package io.overt.control.publish;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.policy.Compilation;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.Problem;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Makes versions. The steps, in order: compile; compare with the newest; number; sign; keep;
 * announce. What was kept is announced, and nothing else ever is. Thread-safe.
 *
 * <p>Announced is without the lock: whoever hears of a version may have to publish another.
 */
public final class PolicyPublisher {
    private final PolicyStore store;
    private final PolicySigningKey key;
    private final Clock clock;
    private final PublicationLimits limits;
    private final Consumer<SignedVersion> announce;

    /** One publication at a time: numbers have no gaps. */
    private final ReentrantLock turn = new ReentrantLock();

    /** Guarded by turn for writing. */
    private volatile Optional<SignedVersion> newest;

    private final Counter published;
    private final Counter unchanged;
    private final Counter rejected;
    private final Counter republished;

    /**
     * Bounds of what is published.
     *
     * @param maxBytes of all files of a policy together
     * @param nextVersionAtLeast the next version's number is at least this
     */
    public record PublicationLimits(long maxBytes, long nextVersionAtLeast) {}

    /**
     * Starts from what the store has.
     *
     * @param announce called for each new version once it is kept, on the publishing thread
     */
    public PolicyPublisher(
            PolicyStore store,
            PolicySigningKey key,
            Clock clock,
            PublicationLimits limits,
            MeterRegistry meters,
            Consumer<SignedVersion> announce) {
        this.store = store;
        this.key = key;
        this.clock = clock;
        this.limits = limits;
        this.announce = announce;
        this.newest = store.newest();
        this.published = counter(meters, "published");
        this.unchanged = counter(meters, "unchanged");
        this.rejected = counter(meters, "rejected");
        this.republished = counter(meters, "republished");
        Gauge.builder(
                        "overt.control.policy.version",
                        this,
                        each -> each.newest.map(SignedVersion::version).orElse(0L))
                .description("Number of the newest policy version; 0 while there is none.")
                .register(meters);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("overt.control.publications")
                .tag("outcome", outcome)
                .description("Policies that were to be published, by what became of them.")
                .register(meters);
    }

    /** The newest version. */
    public Optional<SignedVersion> newest() {
        return newest;
    }

    /** Compiles and says what it found; changes nothing. */
    public Compilation check(List<BundleFile> sent) throws SubmittedFiles.RefusedException {
        return PolicyCompiler.compile(SubmittedFiles.parse(sent, limits.maxBytes()).source());
    }

    /**
     * Publishes the policy, unless it has problems or is what the newest version already is.
     *
     * @param publisher name of whoever asks, as the version shall say it
     */
    public Publication publish(List<BundleFile> sent, String publisher)
            throws SubmittedFiles.RefusedException {
        var submitted = SubmittedFiles.parse(sent, limits.maxBytes());
        return switch (PolicyCompiler.compile(submitted.source())) {
            case Compilation.Rejected(var problems) -> {
                rejected.increment();
                yield new Publication.Rejected(problems);
            }
            case Compilation.Compiled(var policy, var warnings) -> {
                var publication = number(submitted, policy.name(), publisher, warnings);
                if (publication instanceof Publication.Published(var version, _)) {
                    announce.accept(version);
                }
                yield publication;
            }
        };
    }

    private Publication number(
            SubmittedFiles submitted,
            String policy,
            String publisher,
            List<Problem> warnings) {
        turn.lock();
        try {
            var content = contentDigest(submitted);
            var before = newest;
            if (before.isPresent() && isAlready(before.get(), content)) {
                unchanged.increment();
                return new Publication.Unchanged(before.get(), warnings);
            }
            var version = sign(submitted, content, policy, publisher);
            store.add(version); // The commit point: from here on this number is this content.
            newest = Optional.of(version);
            published.increment();
            return new Publication.Published(version, warnings);
        } finally {
            turn.unlock();
        }
    }

    /**
     * Publishes the content of a version under a new number, for edges that have a higher one by
     * now. It is announced to nobody: whoever asks has a use for it. Who published it first is its
     * publisher still.
     *
     * @param above a version above this with the same content is used again: asking twice makes one
     */
    public SignedVersion republish(SignedVersion content, long above) {
        turn.lock();
        try {
            var before = newest;
            if (before.isPresent()
                    && before.get().version() > above
                    && isAlready(before.get(), content.contentSha256())) {
                return before.get();
            }
            var version =
                    sign(
                            new SubmittedFiles(content.bundle().getFilesList()),
                            content.contentSha256(),
                            content.policy(),
                            content.publisher());
            store.add(version); // The commit point, as above.
            newest = Optional.of(version);
            republished.increment();
            return version;
        } finally {
            turn.unlock();
        }
    }

    /**
     * Another signing key makes another version: edges may have stopped to pin the key of the last
     * one.
     */
    private boolean isAlready(SignedVersion version, ByteString content) {
        return version.contentSha256().equals(content)
                && version.bundle().getKeyId().equals(ByteString.copyFrom(key.publicKey().id()));
    }

    private SignedVersion sign(
            SubmittedFiles submitted, ByteString content, String policy, String publisher) {
        long number =
                Math.max(
                        newest.map(SignedVersion::version).orElse(0L) + 1,
                        limits.nextVersionAtLeast());
        // The store keeps milliseconds; the manifest says no more than it.
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var manifest = manifest(submitted, number, policy, now).toByteString();
        return new SignedVersion(
                number,
                policy,
                now,
                publisher,
                content,
                ByteString.copyFrom(PolicySignature.sha256(manifest.toByteArray())),
                PolicyBundle.newBuilder()
                        .setManifest(manifest)
                        .setSignature(ByteString.copyFrom(key.sign(manifest.toByteArray())))
                        .setKeyId(ByteString.copyFrom(key.publicKey().id()))
                        .addAllFiles(submitted.files())
                        .build());
    }

    private static BundleManifest manifest(
            SubmittedFiles submitted, long number, String policy, Instant now) {
        return BundleManifest.newBuilder()
                .setVersion(number)
                .setPolicy(policy)
                .setLanguage(PolicyCompiler.LANGUAGE)
                .setPublished(
                        Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                .addAllFiles(digests(submitted))
                .build();
    }

    private static List<FileDigest> digests(SubmittedFiles submitted) {
        return submitted.files().stream()
                .map(
                        file ->
                                FileDigest.newBuilder()
                                        .setPath(file.getPath())
                                        .setSha256(
                                                ByteString.copyFrom(
                                                        PolicySignature.sha256(
                                                                file.getContent().toByteArray())))
                                        .setSize(file.getContent().size())
                                        .build())
                .toList();
    }

    /**
     * Over a manifest that has nothing but the files: their paths, lengths and digests, framed by
     * protobuf.
     */
    private static ByteString contentDigest(SubmittedFiles submitted) {
        var framed =
                BundleManifest.newBuilder()
                        .setLanguage(PolicyCompiler.LANGUAGE)
                        .addAllFiles(digests(submitted))
                        .build();
        return ByteString.copyFrom(PolicySignature.sha256(framed.toByteArray()));
    }
}

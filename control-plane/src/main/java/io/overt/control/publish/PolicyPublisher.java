package io.overt.control.publish;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.lists.ListDesk;
import io.overt.control.lists.ListPress;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.PolicyStore.Tip;
import io.overt.control.store.SignedVersion;
import io.overt.policy.Compilation;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.PolicySource;
import io.overt.policy.Problem;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes versions. The steps, in order: compile; compare with the newest; number; sign; keep;
 * announce. What was kept, by this control plane or by another, is announced, and nothing else ever
 * is. Thread-safe.
 */
public final class PolicyPublisher {
    private final PolicyStore store;
    private final ListDesk lists;
    private final PolicySigningKey key;
    private final Clock clock;
    private final PublicationLimits limits;
    private final Consumer<SignedVersion> announce;

    /**
     * One publication at a time in this process, and announced in order. Numbers are the store's
     * affair: other control planes publish as well.
     */
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
     * @param lists provides those lists of a policy that do not go as files
     * @param announce called for each new version once it is kept, in order, on the publishing
     *     thread; must not block
     */
    public PolicyPublisher(
            PolicyStore store,
            ListDesk lists,
            PolicySigningKey key,
            Clock clock,
            PublicationLimits limits,
            MeterRegistry meters,
            Consumer<SignedVersion> announce) {
        this.store = store;
        this.lists = lists;
        this.key = key;
        this.clock = clock;
        this.limits = limits;
        this.announce = announce;
        this.newest = store.newest();
        this.published = counter(meters, "published");
        this.unchanged = counter(meters, "unchanged");
        this.rejected = counter(meters, "rejected");
        this.republished = counter(meters, "republished");
        Gauge.builder("overt.control.policy.version", this, each -> number(each.newest))
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
        var submitted = SubmittedFiles.parse(sent, limits.maxBytes());
        return compile(submitted, lists.gather(submitted.source(), ListDesk.Reach.STAY));
    }

    private static Compilation compile(SubmittedFiles submitted, ListDesk.Gathered gathered) {
        var source = new PolicySource(submitted.source().files(), gathered.lists());
        return switch (PolicyCompiler.compile(source, ListPress::isSuffix)) {
            case Compilation.Rejected(var problems) ->
                    new Compilation.Rejected(both(problems, gathered.problems()));
            case Compilation.Compiled compiled ->
                    gathered.problems().isEmpty()
                            ? new Compilation.Compiled(
                                    compiled.policy(),
                                    both(compiled.warnings(), gathered.warnings()))
                            : new Compilation.Rejected(gathered.problems());
        };
    }

    private static List<Problem> both(List<Problem> some, List<Problem> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** Publishes the policy, unless it has problems or is what the newest version already is. */
    public Publication publish(List<BundleFile> sent, String publisher)
            throws SubmittedFiles.RefusedException {
        return publish(sent, publisher, OptionalLong.empty());
    }

    /**
     * The same, based on a version.
     *
     * @param ifNewest only if this is the newest version's number, 0 for none; whatever is the
     *     newest when absent
     */
    public Publication publish(List<BundleFile> sent, String publisher, OptionalLong ifNewest)
            throws SubmittedFiles.RefusedException {
        return publish(sent, publisher, ifNewest, Optional.empty());
    }

    /**
     * Publishes a version's files again, with what their lists are now. Unchanged with this version
     * when that is what it already says, and with the newest when that says it. Approvals are of
     * the files and hold.
     */
    public Publication refresh(SignedVersion version) throws SubmittedFiles.RefusedException {
        return publish(
                version.bundle().getFilesList(),
                LIST_REFRESH,
                OptionalLong.empty(),
                Optional.of(version));
    }

    /**
     * @param unless nothing is published when this is what it comes to
     */
    private Publication publish(
            List<BundleFile> sent,
            String publisher,
            OptionalLong ifNewest,
            Optional<SignedVersion> unless)
            throws SubmittedFiles.RefusedException {
        var submitted = SubmittedFiles.parse(sent, limits.maxBytes());
        var gathered = lists.gather(submitted.source(), ListDesk.Reach.FETCH);
        return switch (compile(submitted, gathered)) {
            case Compilation.Rejected(var problems) -> {
                rejected.increment();
                yield new Publication.Rejected(problems);
            }
            case Compilation.Compiled(var policy, var warnings) -> {
                lists.keep(gathered);
                turn.lock();
                try {
                    var content = contentDigest(submitted, gathered.named());
                    var said = unless.filter(version -> version.contentSha256().equals(content));
                    if (said.isPresent()) {
                        unchanged.increment();
                        yield new Publication.Unchanged(said.get(), warnings);
                    }
                    var stale = new AtomicReference<Publication.Stale>();
                    // The commit point: from here on this number is this content.
                    var added =
                            store.append(
                                    (tip, least) ->
                                            isStale(tip, ifNewest, stale)
                                                            || tip.filter(
                                                                            each ->
                                                                                    isAlready(
                                                                                            each,
                                                                                            content))
                                                                    .isPresent()
                                                    ? Optional.empty()
                                                    : Optional.of(
                                                            sign(
                                                                    submitted,
                                                                    gathered.named(),
                                                                    content,
                                                                    policy.name(),
                                                                    publisher,
                                                                    least)));
                    var superseded = stale.get();
                    if (superseded != null) {
                        yield superseded;
                    }
                    if (added.isEmpty()) {
                        unchanged.increment();
                        yield new Publication.Unchanged(follow().orElseThrow(), warnings);
                    }
                    take(added.get());
                    published.increment();
                    yield new Publication.Published(added.get(), warnings);
                } finally {
                    turn.unlock();
                }
            }
        };
    }

    /**
     * Publishes the content of a version under a new number, for edges that have a higher one by
     * now. Who published it first is its publisher still.
     *
     * @param above a version above this with the same content, if it is the newest, is used again:
     *     asking twice makes one
     */
    public SignedVersion republish(SignedVersion content, long above) {
        turn.lock();
        try {
            var files = new SubmittedFiles(content.bundle().getFilesList());
            // The commit point, as above.
            var added =
                    store.append(
                            (tip, least) ->
                                    tip.filter(each -> each.version() > above)
                                                    .filter(
                                                            each ->
                                                                    isAlready(
                                                                            each,
                                                                            content
                                                                                    .contentSha256()))
                                                    .isPresent()
                                            ? Optional.empty()
                                            : Optional.of(
                                                    sign(
                                                            files,
                                                            named(content),
                                                            content.contentSha256(),
                                                            content.policy(),
                                                            content.publisher(),
                                                            least)));
            if (added.isEmpty()) {
                return follow().orElseThrow();
            }
            take(added.get());
            republished.increment();
            return added.get();
        } finally {
            turn.unlock();
        }
    }

    /** The lists that a version names: published again, it names the same. */
    private static List<ListDigest> named(SignedVersion version) {
        try {
            return BundleManifest.parseFrom(version.bundle().getManifest()).getListsList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a version without a manifest", e);
        }
    }

    /**
     * Announces what another control plane has published. Blocks.
     *
     * @return the newest version
     */
    public Optional<SignedVersion> follow() {
        turn.lock();
        try {
            if (store.tip().map(Tip::version).orElse(0L) > number(newest)) {
                store.newest().ifPresent(this::take);
            }
            return newest;
        } finally {
            turn.unlock();
        }
    }

    /** With turn held. A version that is behind what was announced is announced no more. */
    private void take(SignedVersion version) {
        if (version.version() > number(newest)) {
            newest = Optional.of(version);
            announce.accept(version);
        }
    }

    private static long number(Optional<SignedVersion> version) {
        return version.map(SignedVersion::version).orElse(0L);
    }

    private static boolean isStale(
            Optional<Tip> tip, OptionalLong ifNewest, AtomicReference<Publication.Stale> stale) {
        long newest = tip.map(Tip::version).orElse(0L);
        if (ifNewest.isEmpty() || ifNewest.getAsLong() == newest) {
            return false;
        }
        stale.set(new Publication.Stale(newest));
        return true;
    }

    /**
     * Another signing key makes another version: edges may have stopped to pin the key of the last
     * one.
     */
    private boolean isAlready(Tip version, ByteString content) {
        return version.contentSha256().equals(content)
                && version.keyId().equals(ByteString.copyFrom(key.publicKey().id()));
    }

    private SignedVersion sign(
            SubmittedFiles submitted,
            List<ListDigest> named,
            ByteString content,
            String policy,
            String publisher,
            long least) {
        long number = Math.max(least, limits.nextVersionAtLeast());
        // The store keeps milliseconds; the manifest says no more than it.
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var manifest = manifest(submitted, named, number, policy, now).toByteString();
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
            SubmittedFiles submitted,
            List<ListDigest> named,
            long number,
            String policy,
            Instant now) {
        return BundleManifest.newBuilder()
                .setVersion(number)
                .setPolicy(policy)
                .setLanguage(language(named))
                .setPublished(
                        Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                .addAllFiles(digests(submitted))
                .addAllLists(named)
                .build();
    }

    /** The lowest that says it, so that an edge refuses nothing that it would understand. */
    private static int language(List<ListDigest> named) {
        return named.stream().allMatch(list -> !list.getPath().isEmpty())
                ? PolicyCompiler.LANGUAGE_OF_FILES
                : PolicyCompiler.LANGUAGE;
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
     * Over a manifest that has nothing but the files and the lists: their paths, lengths and
     * digests, framed by protobuf.
     */
    private static ByteString contentDigest(SubmittedFiles submitted, List<ListDigest> named) {
        var framed =
                BundleManifest.newBuilder()
                        .setLanguage(language(named))
                        .addAllFiles(digests(submitted))
                        .addAllLists(named)
                        .build();
        return ByteString.copyFrom(PolicySignature.sha256(framed.toByteArray()));
    }

    /** In the place of a person's or a machine's identity. */
    private static final String LIST_REFRESH = "list refresh";
}

package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before whoever takes offers, and hands one on when its lists are here, or will not come.
 * What needs no fetching is handed on at once, on the thread that brings it; else the fetch has a
 * virtual thread of its own, and whatever else the stream says is heard meanwhile. A newer offer
 * ends the fetch of an older one, whose pieces stay. Also knows which lists may be let go of: the
 * version in force and the one before it keep theirs, and one in shadow. Thread-safe; whoever makes
 * it closes it.
 */
final class ListCourier implements AutoCloseable {
    private final ListShelf shelf;
    private final ListFetcher fetcher;
    private final ListShelfConfig config;
    private final Function<PolicyBundle, Optional<BundleManifest>> believed;
    private final LongSupplier active;
    private final Function<Offer, List<EdgeMessage>> take;

    /** The fetch under way. Guarded by this. */
    private @Nullable Errand errand;

    // ---- whose lists are kept; guarded by this
    private Set<Digest> inForce = Set.of();
    private Set<Digest> before = Set.of();
    private Set<Digest> shadow = Set.of();

    /**
     * @param believed the manifest of a bundle that a pinned key signed
     * @param active number of the version in force
     * @param take answers an offer
     */
    ListCourier(
            ListShelf shelf,
            ListFetcher fetcher,
            ListShelfConfig config,
            Function<PolicyBundle, Optional<BundleManifest>> believed,
            LongSupplier active,
            Function<Offer, List<EdgeMessage>> take) {
        this.shelf = shelf;
        this.fetcher = fetcher;
        this.config = config;
        this.believed = believed;
        this.active = active;
        this.take = take;
    }

    /** What was in force when this process started, if anything was. */
    synchronized void begin(Optional<PolicyBundle> kept) {
        inForce = kept.flatMap(ListCourier::roots).orElse(Set.of());
    }

    /**
     * Sees to it that an offer is answered.
     *
     * @param answers sends to whoever offered; on this thread or on the fetch's
     */
    void bring(Offer offer, Consumer<List<EdgeMessage>> answers) {
        var manifest = believed.apply(offer.getBundle());
        // What will be refused, or is in force, needs no lists.
        var lacking =
                manifest.filter(each -> each.getVersion() > active.getAsLong())
                        .map(shelf::lacking)
                        .orElse(List.of());
        if (lacking.isEmpty()) {
            overtake();
            answers.accept(answer(offer));
            return;
        }
        var name =
                ByteString.copyFrom(
                        PolicySignature.sha256(offer.getBundle().getManifest().toByteArray()));
        synchronized (this) {
            var now = errand;
            if (now != null && now.name.equals(name)) {
                // The stream broke and this is the same offer again: the fetch goes on.
                now.offer = offer;
                now.answers = answers;
                return;
            }
            overtake();
            errand = new Errand(name, lacking, offer, answers);
            errand.thread.start();
        }
    }

    private synchronized void overtake() {
        if (errand != null) {
            errand.thread.interrupt();
            errand = null;
        }
    }

    /** The same offer again is to be fetched anew. */
    private synchronized void forget(Errand ended) {
        if (errand == ended) {
            errand = null;
        }
    }

    private final class Errand implements Runnable {
        private final ByteString name;
        private final List<ListDigest> lists;
        private final Thread thread = Thread.ofVirtual().name("policy-lists").unstarted(this);
        private Offer offer;
        private Consumer<List<EdgeMessage>> answers;

        private Errand(
                ByteString name,
                List<ListDigest> lists,
                Offer offer,
                Consumer<List<EdgeMessage>> answers) {
            this.name = name;
            this.lists = lists;
            this.offer = offer;
            this.answers = answers;
        }

        @Override
        public void run() {
            try {
                long until = System.nanoTime() + config.patience().toNanos();
                for (var list : lists) {
                    fetcher.fetch(list, until)
                            .ifPresent(why -> shelf.missed(ListShelf.digest(list), why));
                }
                Offer last;
                Consumer<List<EdgeMessage>> to;
                synchronized (ListCourier.this) {
                    if (errand != this) {
                        return;
                    }
                    errand = null;
                    last = offer;
                    to = answers;
                }
                to.accept(answer(last));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // a newer offer, or the end
            } catch (RuntimeException e) { // The backstop of this path: the offer comes again.
                forget(this);
                LOG.atError().setCause(e).log("lists are not fetched because of a defect");
            }
        }
    }

    private List<EdgeMessage> answer(Offer offer) {
        var answers = take.apply(offer);
        if (answers.stream().anyMatch(EdgeMessage::hasAck)) {
            taken(offer);
        }
        return answers;
    }

    private synchronized void taken(Offer offer) {
        switch (offer.getMode()) {
            case OFFER_MODE_UNSPECIFIED, OFFER_MODE_ENFORCE -> {
                var next = roots(offer.getBundle()).orElse(Set.of());
                if (!next.equals(inForce)) {
                    before = inForce;
                    inForce = next;
                }
                if (next.equals(shadow)) {
                    shadow = Set.of();
                }
            }
            case OFFER_MODE_SHADOW -> shadow = roots(offer.getBundle()).orElse(Set.of());
            case OFFER_MODE_END_SHADOW, UNRECOGNIZED -> shadow = Set.of();
        }
        var kept = new HashSet<>(inForce);
        kept.addAll(before);
        kept.addAll(shadow);
        shelf.keepOnly(kept);
    }

    private static Optional<Set<Digest>> roots(PolicyBundle bundle) {
        try {
            return Optional.of(
                    BundleManifest.parseFrom(bundle.getManifest()).getListsList().stream()
                            .filter(list -> list.getRoot().size() == 32)
                            .map(ListShelf::digest)
                            .collect(Collectors.toUnmodifiableSet()));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty(); // it was refused for that
        }
    }

    @Override
    public void close() {
        overtake();
    }

    private static final Logger LOG = LoggerFactory.getLogger(ListCourier.class);
}

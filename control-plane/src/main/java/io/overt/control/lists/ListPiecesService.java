package io.overt.control.lists;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.ListStore;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.control.v1.FetchPiecesRequest;
import io.overt.proto.control.v1.ListPiecesGrpc;
import io.overt.proto.control.v1.Piece;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives edges pieces of the lists that published versions name, and of nothing else, as fast as
 * each takes them. gRPC calls the methods of one call one after the other, on virtual threads.
 */
public final class ListPiecesService extends ListPiecesGrpc.ListPiecesImplBase {
    private final ListStore store;
    private final int mostCalls;
    private final AtomicInteger calls = new AtomicInteger();
    private final Counter pieces;
    private final Counter octets;
    private final Counter turnedAway;

    /** Guarded by itself: which pieces lists have that edges ask for just now. */
    private final Map<Digest, Set<Digest>> members =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Digest, Set<Digest>> eldest) {
                    return size() > LISTS_AT_ONCE;
                }
            };

    /**
     * @param mostCalls at once; who comes then is told to come later
     */
    public ListPiecesService(ListStore store, int mostCalls, MeterRegistry meters) {
        this.store = store;
        this.mostCalls = mostCalls;
        this.pieces =
                Counter.builder("overt.control.list.pieces")
                        .description("Pieces of lists that were sent to edges.")
                        .register(meters);
        this.octets =
                Counter.builder("overt.control.list.sent")
                        .baseUnit("bytes")
                        .description("Bytes of pieces of lists that were sent to edges.")
                        .register(meters);
        this.turnedAway =
                Counter.builder("overt.control.list.turned.away")
                        .description(
                                "Calls for pieces of lists that were told to come later, because of as many as may be.")
                        .register(meters);
        Gauge.builder("overt.control.list.calls", calls, AtomicInteger::get)
                .description("Calls for pieces of lists that are open.")
                .register(meters);
    }

    @Override
    public void fetchPieces(FetchPiecesRequest request, StreamObserver<Piece> observer) {
        var call = (ServerCallStreamObserver<Piece>) observer;
        var list = digest("list", request.getList());
        if (request.getPiecesCount() > MOST_PIECES) {
            throw malformed(
                    "pieces",
                    request.getPiecesCount() + " pieces (expected: at most " + MOST_PIECES + ")");
        }
        var wanted = request.getPiecesList().stream().map(each -> digest("pieces", each)).toList();
        var known = members(list, wanted);
        for (var piece : wanted) {
            if (!known.contains(piece)) {
                throw unknown(list, piece.hexadecimal());
            }
        }
        if (calls.incrementAndGet() > mostCalls) {
            calls.decrementAndGet();
            turnedAway.increment();
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("too many fetch lists just now; come again")
                    .asRuntimeException();
        }
        var sending = new Sending(call, list, wanted);
        call.setOnCancelHandler(sending::over);
        call.setOnReadyHandler(sending);
        sending.run();
    }

    /** Confined to its call, whose callbacks come one after the other. */
    private final class Sending implements Runnable {
        private final ServerCallStreamObserver<Piece> call;
        private final Digest list;
        private final List<Digest> wanted;
        private int next;
        private boolean over;

        private Sending(ServerCallStreamObserver<Piece> call, Digest list, List<Digest> wanted) {
            this.call = call;
            this.list = list;
            this.wanted = wanted;
        }

        /** As much as the edge takes just now. */
        @Override
        public void run() {
            while (!over && call.isReady() && next < wanted.size()) {
                var batch = wanted.subList(next, Math.min(next + BATCH, wanted.size()));
                var found = store.pieces(batch);
                for (var digest : batch) {
                    var content = found.get(digest);
                    if (content == null) {
                        over();
                        call.onError(unknown(list, digest.hexadecimal()));
                        return;
                    }
                    call.onNext(
                            Piece.newBuilder()
                                    .setContent(UnsafeByteOperations.unsafeWrap(content))
                                    .build());
                    pieces.increment();
                    octets.increment(content.length);
                }
                next += batch.size();
            }
            if (!over && next == wanted.size()) {
                over();
                call.onCompleted();
            }
        }

        private void over() {
            if (!over) {
                over = true;
                calls.decrementAndGet();
            }
        }
    }

    /**
     * The pieces of a list that is published: its root and groups for who begins, and all of them
     * for who asks for pages.
     */
    private Set<Digest> members(Digest list, List<Digest> wanted) {
        synchronized (members) {
            var known = members.get(list);
            if (known != null) {
                return known;
            }
        }
        if (!store.isPublished(list)) {
            throw unknown(list, "");
        }
        if (wanted.equals(List.of(list))) {
            return Set.of(list);
        }
        var found =
                Collections.unmodifiableSet(
                        ListDelta.members(
                                list,
                                digest ->
                                        Optional.ofNullable(
                                                        store.pieces(List.of(digest)).get(digest))
                                                .map(MemorySegment::ofArray)));
        synchronized (members) {
            members.put(list, found);
        }
        return found;
    }

    private static Digest digest(String subject, ByteString octets) {
        if (octets.size() != 32) {
            throw malformed(
                    subject, "a digest of " + octets.size() + " bytes (expected: 32, a SHA-256)");
        }
        return new Digest(HexFormat.of().formatHex(octets.toByteArray()));
    }

    private static RuntimeException malformed(String subject, String detail) {
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(subject + ": " + detail),
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                        .setSubject(subject)
                        .setDetail(detail)
                        .build());
    }

    private static RuntimeException unknown(Digest list, String piece) {
        var parts = new ArrayList<>(List.of("list " + list));
        if (!piece.isEmpty()) {
            parts.add("piece " + piece);
        }
        return Status.NOT_FOUND
                .withDescription(
                        String.join(", ", parts) + ": no published version that is kept names it")
                .asRuntimeException();
    }

    private static final int MOST_PIECES = 4096;

    /** Read from the store at once. */
    private static final int BATCH = 16;

    private static final int LISTS_AT_ONCE = 8;
}

package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.control.v1.FetchPiecesRequest;
import io.overt.proto.control.v1.ListPiecesGrpc;
import io.overt.proto.control.v1.Piece;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Gives pieces of lists as a test wants them given. */
final class ScriptedPieces extends ListPiecesGrpc.ListPiecesImplBase {
    private final Map<Digest, byte[]> pieces = new ConcurrentHashMap<>();
    private final List<Digest> given = new CopyOnWriteArrayList<>();

    /** Pieces that are given before calls break; many unless a test says otherwise. */
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    private volatile UnaryOperator<byte[]> damage = UnaryOperator.identity();

    void add(CompiledList list) {
        pieces.putAll(ListDelta.between(Optional.empty(), list).pieces());
    }

    void breakAfter(int pieces) {
        left.set(pieces);
    }

    void damage(UnaryOperator<byte[]> damage) {
        this.damage = damage;
    }

    /** What was given, in order. */
    List<Digest> given() {
        return given;
    }

    @Override
    public void fetchPieces(FetchPiecesRequest request, StreamObserver<Piece> observer) {
        for (var wanted : request.getPiecesList()) {
            var digest = new Digest(HexFormat.of().formatHex(wanted.toByteArray()));
            var content = pieces.get(digest);
            if (left.getAndDecrement() <= 0 || content == null) {
                observer.onError(
                        Status.UNAVAILABLE.withDescription("as the test wants it").asException());
                return;
            }
            given.add(digest);
            observer.onNext(
                    Piece.newBuilder()
                            .setContent(ByteString.copyFrom(damage.apply(content)))
                            .build());
        }
        observer.onCompleted();
    }
}

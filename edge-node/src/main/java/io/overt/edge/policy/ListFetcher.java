package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.control.v1.FetchPiecesRequest;
import io.overt.proto.control.v1.ListPiecesGrpc;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.service.rpc.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what a list has and the lists here have not: its root, then groups, then pages, one call
 * after the other, no faster than it may. Each piece is held against its digest as it comes, and
 * kept; after a break, of the call, the control plane or this process, the rest is asked for. For
 * virtual threads: blocks, and ends when it is interrupted.
 */
final class ListFetcher {
    private final Channel channel;
    private final ListShelf shelf;
    private final ListShelfConfig config;
    private final RandomGenerator random;
    private final ListMeters meters;

    ListFetcher(
            Channel channel,
            ListShelf shelf,
            ListShelfConfig config,
            RandomGenerator random,
            ListMeters meters) {
        this.channel = channel;
        this.shelf = shelf;
        this.config = config;
        this.random = random;
        this.meters = meters;
    }

    /**
     * Fetches a list, trying again until the time is up.
     *
     * @return why it is not here; empty when it is
     */
    Optional<String> fetch(ListDigest named, long until) throws InterruptedException {
        var id = ListShelf.digest(named);
        var backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
        while (true) {
            var problem = attempt(named, id, until);
            if (problem.isEmpty()) {
                meters.count(ListMeters.Fetch.DONE);
                return problem;
            }
            meters.count(ListMeters.Fetch.BROKEN);
            LOG.atWarn()
                    .addKeyValue("list", named.getName())
                    .addKeyValue("root", id)
                    .addKeyValue("problem", problem.get())
                    .log("a list could not be fetched whole");
            var wait = backoff.next();
            if (System.nanoTime() + wait.toNanos() - until >= 0) {
                meters.count(ListMeters.Fetch.GIVEN_UP);
                return problem;
            }
            TimeUnit.NANOSECONDS.sleep(wait.toNanos());
        }
    }

    private Optional<String> attempt(ListDigest named, Digest id, long until)
            throws InterruptedException {
        try (var arrived = shelf.pieces(id)) {
            for (var missing = ListDelta.missing(shelf.held(), id, arrived);
                    !missing.isEmpty();
                    missing = ListDelta.missing(shelf.held(), id, arrived)) {
                for (int from = 0; from < missing.size(); from += PIECES_IN_CALL) {
                    var some =
                            missing.subList(from, Math.min(from + PIECES_IN_CALL, missing.size()));
                    call(named, some, arrived, until);
                }
            }
            return switch (shelf.assemble(id, arrived)) {
                case Opening.Opened _ -> {
                    arrived.delete();
                    yield Optional.empty();
                }
                case Opening.Damaged(String why) -> {
                    // Whatever it is made of, it is not that list: from the beginning.
                    arrived.delete();
                    yield Optional.of("what was put together " + why);
                }
            };
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return Optional.of("the control plane: " + e.getStatus().getCode() + reason(e));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void call(ListDigest named, List<Digest> pieces, PieceFile arrived, long until)
            throws IOException, InterruptedException {
        var request = FetchPiecesRequest.newBuilder().setList(named.getRoot());
        pieces.forEach(piece -> request.addPieces(ByteString.copyFrom(piece.octets())));
        // The blocking stub asks for one piece after the other: none waits here in memory.
        var answers =
                ListPiecesGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(
                                Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS)
                        .fetchPieces(request.build());
        long begun = System.nanoTime();
        long octets = 0;
        for (var wanted : pieces) {
            if (!answers.hasNext()) {
                throw new IOException("the control plane sent fewer pieces than were asked for");
            }
            byte[] content = answers.next().getContent().toByteArray();
            if (!Digest.of(content).equals(wanted)) {
                throw new IOException("the control plane sent another piece than " + wanted);
            }
            arrived.add(wanted, content);
            meters.arrived(content.length);
            octets += content.length;
            long due = begun + octets * 1_000_000_000L / config.bytesPerSecond();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        }
        if (answers.hasNext()) {
            throw new IOException("the control plane sent more pieces than were asked for");
        }
    }

    private static String reason(StatusRuntimeException e) {
        return e.getStatus().getDescription() == null ? "" : " " + e.getStatus().getDescription();
    }

    private static final int PIECES_IN_CALL = 1024;
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);

    /** Long enough that a fleet of a thousand edges makes a hundred attempts a second at most. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(ListFetcher.class);
}

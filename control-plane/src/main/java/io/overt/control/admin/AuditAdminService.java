package io.overt.control.admin;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.overt.control.audit.ChainCheck;
import io.overt.control.audit.TrailHead;
import io.overt.control.store.AuditRow;
import io.overt.control.store.AuditStore;
import io.overt.proto.control.v1.AuditAdminGrpc;
import io.overt.proto.control.v1.AuditKind;
import io.overt.proto.control.v1.AuditRecord;
import io.overt.proto.control.v1.ExportRecordsRequest;
import io.overt.proto.control.v1.ExportedRecords;
import io.overt.proto.control.v1.ListRecordsRequest;
import io.overt.proto.control.v1.ListRecordsResponse;
import io.overt.proto.control.v1.VerifyChainRequest;
import io.overt.proto.control.v1.VerifyChainResponse;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Shows the audit trail. Blocks its caller's virtual thread. */
public final class AuditAdminService extends AuditAdminGrpc.AuditAdminImplBase {
    private final AuditStore store;

    /** Of this store. */
    public AuditAdminService(AuditStore store) {
        this.store = store;
    }

    @Override
    public void listRecords(
            ListRecordsRequest request, StreamObserver<ListRecordsResponse> observer) {
        var before = before(request.getPageToken());
        if (before.isEmpty()) {
            observer.onError(malformed("page_token", request.getPageToken(), "one from an answer"));
            return;
        }
        if (request.getKind() == AuditKind.UNRECOGNIZED) {
            observer.onError(malformed("kind", request.getKind().name(), "one that exists"));
            return;
        }
        int limit =
                request.getPageSize() == 0
                        ? USUAL_PAGE
                        : Math.clamp(
                                Integer.toUnsignedLong(request.getPageSize()), 1, LONGEST_PAGE);
        var rows =
                store.list(
                        new AuditStore.Filter(
                                text(request.getKind()),
                                request.getActor(),
                                request.getMethod(),
                                request.getOutcome(),
                                request.getRequest(),
                                request.hasSince()
                                        ? Optional.of(instant(request.getSince()))
                                        : Optional.empty(),
                                request.hasUntil()
                                        ? Optional.of(instant(request.getUntil()))
                                        : Optional.empty(),
                                before.get()),
                        limit);
        var response = ListRecordsResponse.newBuilder();
        rows.forEach(row -> response.addRecords(record(row)));
        if (rows.size() == limit && rows.getLast().sequence() > 1) {
            response.setNextPageToken(Long.toString(rows.getLast().sequence()));
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void exportRecords(
            ExportRecordsRequest request, StreamObserver<ExportedRecords> observer) {
        // What is written later, this export among it, is another export's.
        var export =
                new Export(
                        (ServerCallStreamObserver<ExportedRecords>) observer,
                        Math.max(1, request.getFromSequence()),
                        store.head().sequence());
        export.out.setOnReadyHandler(export::pump);
    }

    /** Sends as fast as it is taken. Confined to the events of its call. */
    private final class Export {
        private final ServerCallStreamObserver<ExportedRecords> out;
        private final long end;
        private long next;
        private boolean done;

        Export(ServerCallStreamObserver<ExportedRecords> out, long next, long end) {
            this.out = out;
            this.next = next;
            this.end = end;
        }

        void pump() {
            while (!done && out.isReady()) {
                var rows =
                        store.from(next, CHUNK).stream()
                                .filter(row -> row.sequence() <= end)
                                .toList();
                if (rows.isEmpty()) {
                    done = true;
                    out.onCompleted();
                } else {
                    next = rows.getLast().sequence() + 1;
                    out.onNext(
                            ExportedRecords.newBuilder()
                                    .addAllLines(rows.stream().map(AuditRow::line).toList())
                                    .build());
                }
            }
        }
    }

    @Override
    public void verifyChain(
            VerifyChainRequest request, StreamObserver<VerifyChainResponse> observer) {
        if (request.getKnownSequence() < 0
                || (request.getKnownSequence() > 0 && request.getKnownHash().size() != 32)) {
            observer.onError(
                    malformed(
                            "known_hash",
                            request.getKnownHash().size() + " bytes",
                            "32 bytes, and a number"));
            return;
        }
        var check =
                new ChainCheck(
                        request.getKnownSequence() == 0
                                ? Optional.empty()
                                : Optional.of(
                                        new TrailHead(
                                                request.getKnownSequence(),
                                                request.getKnownHash())));
        while (check.broken().isEmpty()) {
            var rows = store.from(check.head().sequence() + 1, CHUNK);
            if (rows.isEmpty()) {
                break;
            }
            rows.forEach(check::row);
        }
        var response =
                VerifyChainResponse.newBuilder()
                        .setHeadSequence(check.head().sequence())
                        .setHeadHash(check.head().hash())
                        .setKnownMissing(check.known() == ChainCheck.Known.MISSING);
        check.broken()
                .ifPresent(
                        broken ->
                                response.setBrokenSequence(broken.sequence())
                                        .setBrokenWhy(broken.why()));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    private static AuditRecord record(AuditRow row) {
        var fields = row.fields();
        return AuditRecord.newBuilder()
                .setSequence(row.sequence())
                .setTime(timestamp(fields.at()))
                .setKind(kind(fields.kind()))
                .setActor(fields.actor())
                .setMethod(fields.method())
                .setOutcome(fields.outcome())
                .setProcess(fields.process())
                .setRequest(fields.request())
                .setLine(row.line())
                .setHash(row.hash())
                .build();
    }

    private static String text(AuditKind kind) {
        return kind == AuditKind.AUDIT_KIND_UNSPECIFIED
                ? ""
                : kind.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    private static AuditKind kind(String text) {
        return AuditKind.valueOf(PREFIX + text.toUpperCase(Locale.ROOT));
    }

    /** Only lines with lower numbers; nothing where the token is none of ours. */
    private static Optional<Long> before(String token) {
        if (token.isEmpty()) {
            return Optional.of(Long.MAX_VALUE);
        }
        return token.matches("[1-9][0-9]{0,17}")
                ? Optional.of(Long.parseLong(token))
                : Optional.empty();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static StatusRuntimeException malformed(String what, String value, String expected) {
        var detail = what + ": \"" + value + "\" (expected: " + expected + ")";
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(detail),
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                        .setSubject(what)
                        .setDetail(detail)
                        .build());
    }

    private static final String PREFIX = "AUDIT_KIND_";
    private static final int USUAL_PAGE = 100;
    private static final int LONGEST_PAGE = 1_000;
    private static final int CHUNK = 500;
}

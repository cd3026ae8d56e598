package io.overt.control.admin;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.overt.control.witness.WitnessedLogs;
import io.overt.control.witness.WitnessedLogs.Numbered;
import io.overt.control.witness.WitnessedLogs.Reading;
import io.overt.proto.control.v1.ListLogEntriesRequest;
import io.overt.proto.control.v1.ListLogEntriesResponse;
import io.overt.proto.control.v1.ListLogsRequest;
import io.overt.proto.control.v1.ListLogsResponse;
import io.overt.proto.control.v1.LogEntryView;
import io.overt.proto.control.v1.LogViewGrpc;
import io.overt.proto.control.v1.WitnessedLog;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.log.v1.Entry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Signers' logs as the witness has them. What is sealed stays so: no key is here to open it. */
public final class LogViewService extends LogViewGrpc.LogViewImplBase {
    private final WitnessedLogs logs;

    /** Shows these. */
    public LogViewService(WitnessedLogs logs) {
        this.logs = logs;
    }

    @Override
    public void listLogs(ListLogsRequest request, StreamObserver<ListLogsResponse> observer) {
        var response = ListLogsResponse.newBuilder().setWitnessKey(logs.witnessKey());
        for (var each : logs.standings()) {
            var log =
                    WitnessedLog.newBuilder()
                            .setLog(each.log().hash())
                            .setOrigin(each.log().origin())
                            .setUrl(each.log().url().toString())
                            .setKey(each.log().key().vkey())
                            .setState(each.state().text())
                            .setWhy(each.why());
            each.head()
                    .ifPresent(
                            head ->
                                    log.setSize(head.head().size())
                                            .setRoot(
                                                    ByteString.copyFrom(head.head().root().bytes()))
                                            .setGrown(timestamp(head.grown()))
                                            .setCosigned(timestamp(head.cosigned()))
                                            .setCheckpoint(head.checkpoint()));
            response.addLogs(log);
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void listLogEntries(
            ListLogEntriesRequest request, StreamObserver<ListLogEntriesResponse> observer) {
        if (!NUMBER.matcher(request.getPageToken()).matches()) {
            observer.onError(
                    PolicyAuthorService.refused(
                            Status.INVALID_ARGUMENT,
                            RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                            "page_token: \""
                                    + request.getPageToken()
                                    + "\" (expected: as the page before said)"));
            return;
        }
        int count = request.getPageSize() == 0 ? 50 : Math.clamp(request.getPageSize(), 1, 256);
        var wanted = new Wanted(request.getKind(), request.getText().toLowerCase(Locale.ROOT));
        switch (logs.read(request.getLog(), from(request), count, wanted::test)) {
            case Reading.Page page -> {
                observer.onNext(response(page));
                observer.onCompleted();
            }
            case Reading.NoSuchLog() ->
                    observer.onError(
                            PolicyAuthorService.refused(
                                    Status.NOT_FOUND,
                                    RefusalReason.REFUSAL_REASON_NOT_FOUND,
                                    "no log \"" + request.getLog() + "\" is witnessed here"));
            case Reading.Failed(var why) ->
                    observer.onError(
                            PolicyAuthorService.refused(
                                    Status.UNAVAILABLE,
                                    RefusalReason.REFUSAL_REASON_LOG_UNAVAILABLE,
                                    why));
            case Reading.Busy() ->
                    observer.onError(
                            PolicyAuthorService.refused(
                                    Status.UNAVAILABLE,
                                    RefusalReason.REFUSAL_REASON_NOT_NOW,
                                    "as many read logs as may; ask again"));
        }
    }

    private static OptionalLong from(ListLogEntriesRequest request) {
        if (!request.getPageToken().isEmpty()) {
            return OptionalLong.of(Long.parseLong(request.getPageToken()));
        }
        return request.hasFrom() && request.getFrom() >= 0
                ? OptionalLong.of(request.getFrom())
                : OptionalLong.empty();
    }

    /** What is asked for, by what an entry says in the clear. */
    private record Wanted(String kind, String text) {
        boolean test(byte[] entry) {
            if (kind.isEmpty() && text.isEmpty()) {
                return true;
            }
            var view = view(new Numbered(0, entry));
            return (kind.isEmpty() || kind.equals(view.getKind()))
                    && (text.isEmpty() || said(view).contains(text));
        }

        private static String said(LogEntryView view) {
            return String.join(
                            " ",
                            view.getRequester(),
                            view.getWords(),
                            HexFormat.of().formatHex(view.getCertificateId().toByteArray()),
                            HexFormat.of().formatHex(view.getIssuerSha256().toByteArray()))
                    .toLowerCase(Locale.ROOT);
        }
    }

    private static ListLogEntriesResponse response(Reading.Page page) {
        var response =
                ListLogEntriesResponse.newBuilder()
                        .setSize(page.size())
                        .setLookedAt(page.lookedAt());
        page.entries().forEach(each -> response.addEntries(view(each)));
        page.next().ifPresent(next -> response.setNextPageToken(Long.toString(next)));
        return response.build();
    }

    private static LogEntryView view(Numbered numbered) {
        var view = LogEntryView.newBuilder().setIndex(numbered.index());
        Entry entry;
        try {
            entry = Entry.parseFrom(numbered.entry());
        } catch (InvalidProtocolBufferException _) {
            // Signed all the same: another C2SP log may be witnessed as well.
            return view.setKind("unknown").setWords(numbered.entry().length + " bytes").build();
        }
        view.setAt(entry.getAt());
        return switch (entry.getKindCase()) {
            case READING_KEY ->
                    view.setKind("reading-key")
                            .setWords(
                                    "for readers' key "
                                            + hex(entry.getReadingKey().getReaderSha256()))
                            .build();
            case ISSUER ->
                    view.setKind("issuer")
                            .setWords(
                                    entry.getIssuer().getIssuer().getState()
                                            + ", "
                                            + entry.getIssuer().getTrust())
                            .build();
            case INTENT ->
                    view.setKind("intent")
                            .setRequester(entry.getIntent().getRequester())
                            .setCertificateId(entry.getIntent().getCertificateId())
                            .setIssuerSha256(entry.getIntent().getIssuerSha256())
                            .build();
            case RESULT ->
                    view.setKind("result")
                            .setCertificateId(entry.getResult().getCertificateId())
                            .setIntent(entry.getResult().getIntent())
                            .build();
            case WITHHELD ->
                    view.setKind("withheld")
                            .setIntent(entry.getWithheld().getIntent())
                            .setWords(entry.getWithheld().getReason().toString())
                            .build();
            case CEREMONY ->
                    view.setKind("ceremony")
                            .setWords(
                                    entry.getCeremony().getAct()
                                            + ", approved by "
                                            + String.join(
                                                    ", ", entry.getCeremony().getApproversList()))
                            .build();
            case CRL ->
                    view.setKind("crl")
                            .setIssuerSha256(entry.getCrl().getIssuerSha256())
                            .setWords(
                                    "CRL "
                                            + entry.getCrl().getNumber()
                                            + ", revokes "
                                            + entry.getCrl().getRevoked())
                            .build();
            case ACT ->
                    view.setKind("act")
                            .setWords(
                                    "act "
                                            + entry.getAct().getNumber()
                                            + ", "
                                            + entry.getAct().getKind()
                                            + ", approved by "
                                            + String.join(", ", entry.getAct().getApproversList()))
                            .build();
            case HEARTBEAT -> view.setKind("heartbeat").build();
            case KIND_NOT_SET ->
                    view.setKind("unknown").setWords(numbered.entry().length + " bytes").build();
        };
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static final Pattern NUMBER = Pattern.compile("|0|[1-9][0-9]{0,17}");
}

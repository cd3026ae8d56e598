package io.overt.control.admin;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.access.Principal;
import io.overt.control.store.ReportStore;
import io.overt.control.store.ReportStore.Which;
import io.overt.control.store.SiteReport;
import io.overt.control.store.SiteReport.Closing;
import io.overt.proto.control.v1.CloseReportRequest;
import io.overt.proto.control.v1.ListReportsRequest;
import io.overt.proto.control.v1.ListReportsResponse;
import io.overt.proto.control.v1.Report;
import io.overt.proto.control.v1.ReportAdminGrpc;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The queue of what people behind the gateways have reported. Blocks its caller's thread. */
public final class ReportAdminService extends ReportAdminGrpc.ReportAdminImplBase {
    private final ReportStore store;
    private final Clock clock;

    /** Serves these. */
    public ReportAdminService(ReportStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void listReports(
            ListReportsRequest request, StreamObserver<ListReportsResponse> observer) {
        int limit =
                request.getPageSize() == 0
                        ? 50
                        : Math.clamp(Integer.toUnsignedLong(request.getPageSize()), 1, MAX_LIST);
        long before =
                PageToken.read(REPORTS, request.getPageToken())
                        .map(PageToken::number)
                        .orElse(Long.MAX_VALUE);
        var found = store.before(before, limit + 1, request.getClosed() ? Which.ALL : Which.OPEN);
        var response = ListReportsResponse.newBuilder();
        found.stream().limit(limit).forEach(each -> response.addReports(report(each)));
        if (found.size() > limit) {
            response.setNextPageToken(
                    PageToken.of(REPORTS, String.valueOf(found.get(limit - 1).id())));
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void closeReport(CloseReportRequest request, StreamObserver<Report> observer) {
        if (request.getAnswer().length() > MAX_ANSWER) {
            observer.onError(
                    malformed(
                            "answer",
                            request.getAnswer().length()
                                    + " characters (expected: at most "
                                    + MAX_ANSWER
                                    + ")"));
            return;
        }
        Optional<SiteReport> closed =
                store.close(
                        request.getId(),
                        new Closing(
                                clock.instant(), Principal.current().name(), request.getAnswer()));
        if (closed.isEmpty()) {
            observer.onError(
                    Status.NOT_FOUND
                            .withDescription("no report " + request.getId())
                            .asRuntimeException());
            return;
        }
        observer.onNext(report(closed.get()));
        observer.onCompleted();
    }

    private static Report report(SiteReport report) {
        var message =
                Report.newBuilder()
                        .setId(report.id())
                        .setAt(timestamp(report.at()))
                        .setHost(report.host())
                        .setClient(report.client())
                        .setText(report.words())
                        .setContact(report.contact());
        report.closing()
                .ifPresent(
                        closing ->
                                message.setClosed(timestamp(closing.at()))
                                        .setClosedBy(closing.by())
                                        .setAnswer(closing.answer()));
        return message.build();
    }

    private static StatusRuntimeException malformed(String subject, String detail) {
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(detail),
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                        .setSubject(subject)
                        .setDetail(detail)
                        .build());
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static final String REPORTS = "reports";
    private static final int MAX_LIST = 1_000;
    private static final int MAX_ANSWER = 2_000;
}

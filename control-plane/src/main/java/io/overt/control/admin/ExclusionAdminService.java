package io.overt.control.admin;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.access.Principal;
import io.overt.control.edges.EdgeFleet;
import io.overt.control.edges.EdgeFleet.Asked;
import io.overt.policy.HostName;
import io.overt.proto.control.v1.EdgeAnswer;
import io.overt.proto.control.v1.EdgeAnswering;
import io.overt.proto.control.v1.ExclusionAdminGrpc;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.ExclusionFilter;
import io.overt.proto.control.v1.ExclusionVerdict;
import io.overt.proto.control.v1.ListExclusionsRequest;
import io.overt.proto.control.v1.ListExclusionsResponse;
import io.overt.proto.control.v1.RuleExclusionRequest;
import io.overt.proto.control.v1.RuleExclusionResponse;
import io.overt.proto.control.v1.SiteExclusion;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What operators want with the exclusions of a site. They live at its edges and nowhere else: this
 * asks over the streams that the edges keep open, and passes answers on. Blocks its caller's
 * virtual thread for as long as edges take, at most {@link #PATIENCE}.
 */
public final class ExclusionAdminService extends ExclusionAdminGrpc.ExclusionAdminImplBase {
    private final EdgeFleet fleet;
    private final Clock clock;
    private final Duration patience;

    /** Asks this fleet. */
    public ExclusionAdminService(EdgeFleet fleet, Clock clock) {
        this(fleet, clock, PATIENCE);
    }

    ExclusionAdminService(EdgeFleet fleet, Clock clock, Duration patience) {
        this.fleet = fleet;
        this.clock = clock;
        this.patience = patience;
    }

    @Override
    public void listExclusions(
            ListExclusionsRequest request, StreamObserver<ListExclusionsResponse> observer) {
        if (!request.getHost().isEmpty() && !isHost(request.getHost())) {
            observer.onError(malformed("host", request.getHost(), EXPECTED_HOST));
            return;
        }
        var ask =
                ExclusionAsk.newBuilder()
                        .setList(
                                ExclusionFilter.newBuilder()
                                        .setHost(request.getHost())
                                        .setLimit(request.getLimit()))
                        .build();
        var response = ListExclusionsResponse.newBuilder();
        // Edges of a site tell the same; where one is a little behind, the later word counts.
        var entries = new TreeMap<Place, ExclusionEntry>(PLACES);
        for (var heard : hear(fleet.ask(request.getSite(), ask))) {
            response.addEdges(heard.message());
            response.setTruncated(response.getTruncated() || heard.answer().getTruncated());
            for (var entry : heard.answer().getEntriesList()) {
                entries.merge(
                        new Place(heard.asked().edge().site(), entry.getHost(), entry.getClient()),
                        entry,
                        ExclusionAdminService::later);
            }
        }
        var page =
                PageToken.page(
                        EXCLUSIONS,
                        List.copyOf(entries.entrySet()),
                        entry -> entry.getKey().text(),
                        Comparator.comparing(Place::parse, PLACES),
                        request.getPageSize(),
                        request.getPageToken());
        page.things()
                .forEach(
                        entry ->
                                response.addExclusions(
                                        SiteExclusion.newBuilder()
                                                .setSite(entry.getKey().site())
                                                .setEntry(entry.getValue())));
        response.setNextPageToken(page.next());
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void ruleExclusion(
            RuleExclusionRequest request, StreamObserver<RuleExclusionResponse> observer) {
        var caller = Principal.current();
        var wrong = wrong(request);
        if (wrong.isPresent()) {
            observer.onError(wrong.get());
            return;
        }
        var now = clock.instant();
        var verdict =
                ExclusionVerdict.newBuilder()
                        .setHost(request.getHost())
                        .setClient(request.getClient())
                        .setWord(request.getWord())
                        .setBy(caller.name())
                        .setAt(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()));
        // Before any edge hears of it: a word that has an effect is in the log.
        trail(request, caller).log("exclusion to be ruled");
        var heard =
                hear(
                        fleet.ask(
                                request.getSite(),
                                ExclusionAsk.newBuilder().setVerdict(verdict).build()));
        var effect = effect(heard);
        trail(request, caller)
                .addKeyValue("effect", effect)
                .addKeyValue("edges", heard.size())
                .log("exclusion ruled");
        observer.onNext(
                RuleExclusionResponse.newBuilder()
                        .setEffect(effect)
                        .addAllEdges(heard.stream().map(Heard::message).toList())
                        .build());
        observer.onCompleted();
    }

    private static LoggingEventBuilder trail(RuleExclusionRequest request, Principal caller) {
        return LOG.atInfo()
                .addKeyValue("operator", caller)
                .addKeyValue("site", request.getSite())
                .addKeyValue("host", request.getHost())
                .addKeyValue("client", request.getClient())
                .addKeyValue("word", request.getWord());
    }

    private static Optional<StatusRuntimeException> wrong(RuleExclusionRequest request) {
        if (request.getSite().isEmpty()) {
            return Optional.of(malformed("site", "", "the name of a site"));
        }
        if (!isHost(request.getHost())) {
            return Optional.of(malformed("host", request.getHost(), EXPECTED_HOST));
        }
        if (!request.getClient().isEmpty() && !isAddress(request.getClient())) {
            return Optional.of(malformed("client", request.getClient(), "an address"));
        }
        return switch (request.getWord()) {
            case EXCLUSION_WORD_CONFIRM, EXCLUSION_WORD_FORGET -> Optional.empty();
            case EXCLUSION_WORD_UNSPECIFIED, UNRECOGNIZED ->
                    Optional.of(malformed("word", request.getWord().name(), "confirm or forget"));
        };
    }

    private static boolean isHost(String text) {
        return HostName.parse(text).isPresent() || isAddress(text);
    }

    private static boolean isAddress(String text) {
        try {
            var _ = InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
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

    /** One edge that has done it tells its site. */
    private static ExclusionEffect effect(List<Heard> heard) {
        return heard.stream()
                .map(each -> each.answer().getEffect())
                .filter(each -> each != ExclusionEffect.EXCLUSION_EFFECT_UNSPECIFIED)
                .min(Comparator.naturalOrder())
                .orElse(ExclusionEffect.EXCLUSION_EFFECT_UNSPECIFIED);
    }

    /** Where an exclusion is. */
    private record Place(String site, String host, String client) {
        String text() {
            return String.join("\n", site, host, client);
        }

        static Place parse(String text) {
            var parts = text.split("\n", -1);
            if (parts.length != 3) {
                throw PageToken.malformed();
            }
            return new Place(parts[0], parts[1], parts[2]);
        }
    }

    /** An edge, and what it said; the empty answer where it said nothing. */
    private record Heard(Asked asked, EdgeAnswering how, ExclusionAnswer answer) {
        EdgeAnswer message() {
            return EdgeAnswer.newBuilder()
                    .setEdge(asked.edge().uri())
                    .setAnswering(how)
                    .setEffect(answer.getEffect())
                    .build();
        }
    }

    private List<Heard> hear(List<Asked> asked) {
        long until = System.nanoTime() + patience.toNanos();
        return asked.stream().map(each -> hear(each, until - System.nanoTime())).toList();
    }

    private static Heard hear(Asked asked, long nanos) {
        return switch (asked) {
            case Asked.Away _ -> silent(asked, EdgeAnswering.EDGE_ANSWERING_AWAY);
            case Asked.TooOld _ -> silent(asked, EdgeAnswering.EDGE_ANSWERING_TOO_OLD);
            case Asked.Awaited(_, var answer) -> {
                try {
                    yield new Heard(
                            asked,
                            EdgeAnswering.EDGE_ANSWERING_ANSWERED,
                            answer.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS));
                } catch (TimeoutException | ExecutionException _) {
                    yield silent(asked, EdgeAnswering.EDGE_ANSWERING_SILENT);
                } catch (InterruptedException _) {
                    // The server is stopping.
                    Thread.currentThread().interrupt();
                    yield silent(asked, EdgeAnswering.EDGE_ANSWERING_SILENT);
                }
            }
        };
    }

    private static Heard silent(Asked asked, EdgeAnswering how) {
        return new Heard(asked, how, ExclusionAnswer.getDefaultInstance());
    }

    private static ExclusionEntry later(ExclusionEntry one, ExclusionEntry other) {
        return LATER.compare(one, other) >= 0 ? one : other;
    }

    private static final Comparator<Timestamp> TIMES =
            Comparator.comparingLong(Timestamp::getSeconds).thenComparingInt(Timestamp::getNanos);

    private static final List<String> STRENGTH = List.of("evidence", "learned", "confirmed");

    /** Of edges that have seen the same, one that has heard of more of it. */
    private static final Comparator<ExclusionEntry> LATER =
            Comparator.comparing(ExclusionEntry::getLastSeen, TIMES)
                    .thenComparingInt(entry -> STRENGTH.indexOf(entry.getBasis()))
                    .thenComparingLong(entry -> Integer.toUnsignedLong(entry.getRefusals()));

    private static final String EXCLUSIONS = "exclusions";
    private static final String EXPECTED_HOST = "a host name, or an address";
    private static final Comparator<Place> PLACES =
            Comparator.comparing(Place::site)
                    .thenComparing(Place::host)
                    .thenComparing(Place::client);

    /** An edge answers in milliseconds; one that does not is said to be silent. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ExclusionAdminService.class);
}

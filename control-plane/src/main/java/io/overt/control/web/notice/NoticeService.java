package io.overt.control.web.notice;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.publish.PublishedPolicy;
import io.overt.control.store.ReportStore;
import io.overt.control.web.notice.NoticePage.View;
import io.overt.control.web.notice.SiteQuestion.Answer;
import io.overt.control.web.rest.Failures;
import io.overt.control.web.rest.Problem;
import io.overt.policy.HostName;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.process.StartException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code /notice} and {@code /notice/report}. Nobody signs in; everything is by the address that
 * asks. Thread-safe.
 */
public final class NoticeService implements HttpService {
    private final NoticePage page;
    private final SiteQuestion question;
    private final ReportStore reports;
    private final Clock clock;
    private final Executor threads;
    private final FormSeal seal;
    private final Allowance questions;
    private final Allowance reporting;
    private final Map<String, Counter> counters;

    /**
     * Serves these.
     *
     * @param threads makes one for each request
     * @throws StartException when a certificate cannot be read
     */
    public NoticeService(
            NoticeSettings settings,
            PublishedPolicy published,
            ReportStore reports,
            Clock clock,
            Executor threads,
            MeterRegistry meters)
            throws StartException {
        try {
            this.page = new NoticePage(settings, CaCertificate.read(settings.caCertificates()));
        } catch (FleetIdentityException e) {
            throw new StartException("notice.ca-certificates: " + e.getMessage(), e);
        }
        this.question = new SiteQuestion(published, clock);
        this.reports = reports;
        this.clock = clock;
        this.threads = threads;
        this.seal = new FormSeal(new SecureRandom(), clock);
        this.questions = new Allowance(MOST_QUESTIONS, Duration.ofMinutes(1), System::nanoTime);
        this.reporting = new Allowance(MOST_REPORTS, Duration.ofHours(1), System::nanoTime);
        this.counters =
                Stream.of("shown", "asked", "reported", "refused")
                        .collect(
                                Collectors.toMap(
                                        Function.identity(),
                                        what ->
                                                Counter.builder("overt.control.notice")
                                                        .tag("what", what)
                                                        .description(
                                                                "Requests of the notice page, by what became of them.")
                                                        .register(meters)));
    }

    /** What is wrong with the files of these settings, if anything is; starts nothing. */
    public static Optional<String> problem(NoticeSettings settings) {
        try {
            CaCertificate.read(settings.caCertificates());
            return Optional.empty();
        } catch (FleetIdentityException e) {
            return Optional.of("notice.ca-certificates: " + e.getMessage());
        }
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        return switch (ctx.path()) {
            case "/notice" ->
                    request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD
                            ? later(ctx, request, whole -> show(ctx, whole))
                            : Problem.notAllowed("GET, HEAD").response(ctx);
            case "/notice/report" ->
                    request.method() == HttpMethod.POST
                            ? later(ctx, request, whole -> report(ctx, whole))
                            : Problem.notAllowed("POST").response(ctx);
            default -> HttpResponse.ofRedirect("/notice");
        };
    }

    private HttpResponse later(
            ServiceRequestContext ctx,
            HttpRequest request,
            Function<AggregatedHttpRequest, HttpResponse> answer) {
        ctx.setMaxRequestLength(MOST_BODY);
        return HttpResponse.of(
                request.aggregate()
                        .thenApplyAsync(answer, threads)
                        .exceptionally(
                                failure ->
                                        Failures.problem(
                                                        ctx,
                                                        failure instanceof CompletionException
                                                                        && failure.getCause()
                                                                                != null
                                                                ? failure.getCause()
                                                                : failure)
                                                .response(ctx)));
    }

    private HttpResponse show(ServiceRequestContext ctx, AggregatedHttpRequest request) {
        var query = ctx.queryParams();
        var language = language(query, request);
        var asked = query.get("host", "").strip();
        if (asked.isEmpty()) {
            count("shown");
            var news = Optional.ofNullable(NEWS.get(query.get("report", "")));
            return html(
                    ctx,
                    HttpStatus.OK,
                    new View(language, sealOf(ctx), "", Optional.empty(), news));
        }
        var client = client(ctx);
        if (!questions.take(client)) {
            return refused(ctx, language, HttpStatus.TOO_MANY_REQUESTS, "answer.too-often");
        }
        count("asked");
        Answer answer = question.ask(asked, client);
        // What was typed is shown again only where it is a host: a page cannot be made to say
        // anything else.
        var shown = SiteQuestion.host(asked).map(HostName::value).orElse("");
        return html(
                ctx,
                HttpStatus.OK,
                new View(language, sealOf(ctx), shown, Optional.of(answer), Optional.empty()));
    }

    private HttpResponse report(ServiceRequestContext ctx, AggregatedHttpRequest request) {
        var type = request.contentType();
        var form =
                type != null && type.is(MediaType.FORM_DATA)
                        ? QueryParams.fromQueryString(request.contentUtf8())
                        : QueryParams.of();
        var language = language(form, request);
        var client = client(ctx);
        // A browser says where a form comes from; the seal is for those that do not say.
        var site = request.headers().get("sec-fetch-site", "same-origin");
        if (!site.equals("same-origin") || !seal.holds(form.get("seal", ""), client)) {
            return refused(ctx, language, HttpStatus.FORBIDDEN, "report.expired");
        }
        var host = SiteQuestion.host(form.get("host", ""));
        if (host.isEmpty()) {
            return refused(ctx, language, HttpStatus.BAD_REQUEST, "report.no-host");
        }
        var text = plain(form.get("text", ""), MOST_TEXT);
        if (text.isEmpty()) {
            return refused(ctx, language, HttpStatus.BAD_REQUEST, "report.no-text");
        }
        if (!reporting.take(client)) {
            return refused(ctx, language, HttpStatus.TOO_MANY_REQUESTS, "report.too-often");
        }
        var added =
                reports.add(
                        clock.instant(),
                        host.get().value(),
                        client.getHostAddress(),
                        text,
                        plain(form.get("contact", ""), MOST_CONTACT));
        if (added.isEmpty()) {
            return refused(ctx, language, HttpStatus.SERVICE_UNAVAILABLE, "report.full");
        }
        count("reported");
        // Loading it again sends nothing again.
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.SEE_OTHER)
                        .set(
                                HttpHeaderNames.LOCATION,
                                "/notice?report=taken&lang=" + language.tag())
                        .build());
    }

    /** Lines of text, without what moves a cursor or turns the reading direction. */
    static String plain(String text, int most) {
        var plain = new StringBuilder();
        text.strip()
                .codePoints()
                .filter(c -> c == '\n' || !isUnseen(c))
                .limit(most)
                .forEach(plain::appendCodePoint);
        return plain.toString().strip();
    }

    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }

    private HttpResponse refused(
            ServiceRequestContext ctx, Language language, HttpStatus status, String sentence) {
        count("refused");
        return html(
                ctx,
                status,
                new View(language, sealOf(ctx), "", Optional.empty(), Optional.of(sentence)));
    }

    private HttpResponse html(ServiceRequestContext ctx, HttpStatus status, View view) {
        var headers =
                ResponseHeaders.builder(status)
                        .contentType(MediaType.HTML_UTF_8)
                        // The answer and the seal are of this address.
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .set(HttpHeaderNames.CONTENT_LANGUAGE, view.language().tag())
                        .set(HttpHeaderNames.VARY, "accept-language")
                        .build();
        return ctx.method() == HttpMethod.HEAD
                ? HttpResponse.of(headers)
                : HttpResponse.of(headers, HttpData.ofUtf8(page.html(view)));
    }

    private String sealOf(ServiceRequestContext ctx) {
        return seal.of(client(ctx));
    }

    private static InetAddress client(ServiceRequestContext ctx) {
        return ctx.remoteAddress().getAddress();
    }

    private static Language language(QueryParams query, AggregatedHttpRequest request) {
        return Language.of(query.get("lang", ""))
                .orElseGet(
                        () ->
                                Language.preferred(
                                        request.headers()
                                                .get(HttpHeaderNames.ACCEPT_LANGUAGE, "")));
    }

    private void count(String what) {
        Optional.ofNullable(counters.get(what)).ifPresent(Counter::increment);
    }

    static final int MOST_TEXT = 2_000;
    private static final int MOST_CONTACT = 200;

    /** Each character of a form may take nine bytes. */
    private static final long MOST_BODY = 64 << 10;

    /** A minute, from one address: a person asks of a few, a list of names is not read out so. */
    private static final int MOST_QUESTIONS = 20;

    /** An hour, from one address. */
    private static final int MOST_REPORTS = 5;

    private static final Map<String, String> NEWS = Map.of("taken", "report.taken");
}

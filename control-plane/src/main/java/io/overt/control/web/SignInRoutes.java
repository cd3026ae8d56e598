package io.overt.control.web;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.overt.control.access.oidc.People;
import io.overt.control.access.oidc.PersonAuthenticator;
import io.overt.control.access.oidc.SignIn;
import io.overt.control.access.oidc.SignIn.Step;
import java.net.InetAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where browsers sign in and out: {@code GET /sign-in?back=/…}, {@code GET /sign-in/callback} and
 * {@code POST /v1/me:signOut}. Answers on virtual threads; thread-safe.
 */
public final class SignInRoutes {
    private final SignIn signIn;
    private final Optional<URI> externalAddress;
    private final Executor threads;

    /** Signs these people in; every call has a thread of this. */
    public SignInRoutes(People people, Executor threads) {
        this.signIn = people.signIn();
        this.externalAddress = people.externalAddress();
        this.threads = threads;
    }

    /** What a listener serves of it. */
    public List<WebServer.Part> parts() {
        return List.of(
                part("/sign-in", HttpMethod.GET, this::begin),
                part(CALLBACK, HttpMethod.GET, this::end),
                part("/v1/me:signOut", HttpMethod.POST, this::signOut));
    }

    private WebServer.Part part(
            String path, HttpMethod method, Function<ServiceRequestContext, HttpResponse> answer) {
        return new WebServer.Part(
                "exact:" + path,
                (ctx, _) ->
                        ctx.method() == method
                                ? off(ctx, () -> answer.apply(ctx))
                                : page(HttpStatus.METHOD_NOT_ALLOWED, "Only " + method + "."));
    }

    private HttpResponse off(ServiceRequestContext ctx, Supplier<HttpResponse> work) {
        return HttpResponse.of(
                CompletableFuture.supplyAsync(work, threads)
                        .exceptionally(
                                failure -> { // The back-stop of these routes.
                                    LOG.atError()
                                            .setCause(failure)
                                            .addKeyValue("path", ctx.path())
                                            .log("a sign-in ended in a defect");
                                    return page(
                                            HttpStatus.INTERNAL_SERVER_ERROR,
                                            "A defect on our side; the log has it.");
                                }));
    }

    private HttpResponse begin(ServiceRequestContext ctx) {
        return answer(
                signIn.begin(
                        callback(ctx), Optional.ofNullable(ctx.queryParam("back")).orElse("/")));
    }

    private HttpResponse end(ServiceRequestContext ctx) {
        var parameters = new LinkedHashMap<String, String>();
        ctx.queryParams().forEach(parameters::putIfAbsent);
        return answer(
                signIn.end(
                        callback(ctx),
                        Map.copyOf(parameters),
                        cookie(ctx, BROWSER_COOKIE).orElse(""),
                        from(ctx)));
    }

    private HttpResponse signOut(ServiceRequestContext ctx) {
        if (!PersonAuthenticator.SAME_ORIGIN.equals(
                ctx.request().headers().get("sec-fetch-site", ""))) {
            return page(HttpStatus.FORBIDDEN, "No page of ours has sent this.");
        }
        signIn.signOut(cookie(ctx, PersonAuthenticator.SESSION_COOKIE).orElse(""), from(ctx));
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.NO_CONTENT)
                        .add(
                                HttpHeaderNames.SET_COOKIE,
                                over(PersonAuthenticator.SESSION_COOKIE, "Strict"))
                        .build());
    }

    private static HttpResponse answer(Step step) {
        return switch (step) {
            // Lax: the provider sends the browser back, and that is another site's doing.
            case Step.ToProvider(var place, var cookie) ->
                    redirect(
                            place.toString(),
                            BROWSER_COOKIE
                                    + "="
                                    + cookie
                                    + "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
            case Step.SignedIn(var cookie, var place, _) ->
                    redirect(
                            place,
                            over(BROWSER_COOKIE, "Lax"),
                            PersonAuthenticator.SESSION_COOKIE
                                    + "="
                                    + cookie
                                    + "; Path=/; Secure; HttpOnly; SameSite=Strict");
            case Step.Refused(var why) ->
                    page(HttpStatus.FORBIDDEN, "You are not signed in: " + why + ".");
            case Step.Unavailable(var why) ->
                    page(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "Signing in is not possible now: " + why + ".");
        };
    }

    private static HttpResponse redirect(String place, String... cookies) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.SEE_OTHER)
                        .add(HttpHeaderNames.LOCATION, place)
                        .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .add(HttpHeaderNames.SET_COOKIE, cookies)
                        .build());
    }

    /** Text, which a browser shows as it is: nothing of it is ours alone. */
    private static HttpResponse page(HttpStatus status, String text) {
        return HttpResponse.of(status, MediaType.PLAIN_TEXT_UTF_8, text + "\n");
    }

    private URI callback(ServiceRequestContext ctx) {
        return externalAddress
                .map(each -> each.resolve(CALLBACK))
                .orElseGet(() -> URI.create("https://" + ctx.request().authority() + CALLBACK));
    }

    private static Optional<String> cookie(ServiceRequestContext ctx, String name) {
        return PersonAuthenticator.cookie(
                String.join("; ", ctx.request().headers().getAll(HttpHeaderNames.COOKIE)), name);
    }

    private static String from(ServiceRequestContext ctx) {
        @Nullable InetAddress address = ctx.remoteAddress().getAddress();
        return address == null ? "" : address.getHostAddress();
    }

    private static String over(String cookie, String sameSite) {
        return cookie + "=; Path=/; Secure; HttpOnly; SameSite=" + sameSite + "; Max-Age=0";
    }

    private static final String CALLBACK = "/sign-in/callback";
    private static final String BROWSER_COOKIE = "__Host-overt-sign-in";
    private static final Logger LOG = LoggerFactory.getLogger(SignInRoutes.class);
}

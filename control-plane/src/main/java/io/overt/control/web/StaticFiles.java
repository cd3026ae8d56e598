package io.overt.control.web;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.overt.control.web.rest.Problem;
import io.overt.control.web.rest.ProblemType;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Files of a folder of the class path, under a path; {@code index.html} for the folder itself. The
 * entity tag is of the content and not of the file's time: builds are reproducible, so that every
 * file of every build has the same time. Files are few and small, and kept once they were asked
 * for. Runs on the event loop; a first read is of a jar that is open already.
 */
final class StaticFiles implements HttpService {
    private final String folder;
    private final Map<String, Content> contents = new ConcurrentHashMap<>();

    private record Content(MediaType type, String tag, HttpData data) {}

    /**
     * Serves this folder.
     *
     * @param folder absolute, with a slash at its end
     */
    StaticFiles(String folder) {
        this.folder = folder;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        var path = ctx.mappedPath().substring(1);
        var content = content(path.isEmpty() || path.endsWith("/") ? path + "index.html" : path);
        if (content.isEmpty()) {
            return Problem.of(ProblemType.NOT_FOUND, "no such page: " + ctx.path()).response(ctx);
        }
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            return Problem.notAllowed("GET, HEAD").response(ctx);
        }
        var headers =
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(content.get().type)
                        .set(HttpHeaderNames.ETAG, content.get().tag)
                        // Asked about each time and sent only when another: the day after an
                        // upgrade nobody has half of the old console.
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        if (matches(request.headers().get(HttpHeaderNames.IF_NONE_MATCH, ""), content.get().tag)) {
            return HttpResponse.of(headers.status(HttpStatus.NOT_MODIFIED).build());
        }
        headers.contentLength(content.get().data.length());
        return request.method() == HttpMethod.HEAD
                ? HttpResponse.of(headers.build())
                : HttpResponse.of(headers.build(), content.get().data);
    }

    /** RFC 9110 §13.1.2, weak comparison. */
    private static boolean matches(String ifNoneMatch, String tag) {
        for (var each : ifNoneMatch.split(",")) {
            var one = each.strip();
            if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    private Optional<Content> content(String path) {
        var known = contents.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        var type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        if (type == null || !PLAIN.matcher(path).matches()) {
            return Optional.empty();
        }
        try (var stream = StaticFiles.class.getResourceAsStream(folder + path)) {
            if (stream == null) {
                return Optional.empty();
            }
            var bytes = stream.readAllBytes();
            var tag =
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(PolicySignature.sha256(bytes));
            var content = new Content(type, "\"" + tag + "\"", HttpData.wrap(bytes));
            contents.put(path, content);
            return Optional.of(content);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + path + " cannot be read", e);
        }
    }

    /** No dot at the start of a part: neither a parent nor a hidden file. */
    private static final Pattern PLAIN =
            Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private static final Map<String, MediaType> TYPES =
            Map.of(
                    "html", MediaType.HTML_UTF_8,
                    "css", MediaType.CSS_UTF_8,
                    "js", MediaType.JAVASCRIPT_UTF_8,
                    "mjs", MediaType.JAVASCRIPT_UTF_8,
                    "json", MediaType.JSON_UTF_8,
                    "svg", MediaType.SVG_UTF_8,
                    "png", MediaType.PNG,
                    "ico", MediaType.ICO,
                    "txt", MediaType.PLAIN_TEXT_UTF_8,
                    "woff2", MediaType.WOFF2);
}

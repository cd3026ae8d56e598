package io.overt.control.web;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.overt.control.web.rest.Problem;
import io.overt.control.web.rest.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Files of a folder of the class path, under a path; {@code index.html} for the folder itself.
 * Files are few and small, and kept once they were asked for. Runs on the event loop; a first read
 * is of a jar that is open already.
 */
final class StaticFiles implements HttpService {
    private final String folder;
    private final Map<String, Content> contents = new ConcurrentHashMap<>();

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
        return content.get().serve(ctx, request);
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
            var content = new Content(type, stream.readAllBytes());
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

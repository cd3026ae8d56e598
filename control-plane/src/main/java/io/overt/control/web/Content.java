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
import io.overt.service.bundle.PolicySignature;
import java.util.Base64;

/**
 * Bytes that are the same for everybody. The entity tag is of the content and not of a file's time:
 * builds are reproducible, so that every file of every build has the same time.
 */
final class Content implements HttpService {
    private final MediaType type;
    private final HttpData data;
    private final String tag;

    Content(MediaType type, byte[] bytes) {
        this.type = type;
        this.data = HttpData.wrap(bytes);
        this.tag =
                "\""
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(PolicySignature.sha256(bytes))
                        + "\"";
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            return Problem.notAllowed("GET, HEAD").response(ctx);
        }
        var headers =
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(type)
                        .set(HttpHeaderNames.ETAG, tag)
                        // Asked about each time and sent only when another: the day after an
                        // upgrade nobody has half of the old console.
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        if (matches(request.headers().get(HttpHeaderNames.IF_NONE_MATCH, ""))) {
            return HttpResponse.of(headers.status(HttpStatus.NOT_MODIFIED).build());
        }
        headers.contentLength(data.length());
        return request.method() == HttpMethod.HEAD
                ? HttpResponse.of(headers.build())
                : HttpResponse.of(headers.build(), data);
    }

    /** RFC 9110 §13.1.2, weak comparison. */
    private boolean matches(String ifNoneMatch) {
        for (var each : ifNoneMatch.split(",", -1)) {
            var one = each.strip();
            if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}

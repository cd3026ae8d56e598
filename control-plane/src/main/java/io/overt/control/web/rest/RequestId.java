package io.overt.control.web.rest;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.regex.Pattern;

/** What a request is called in answers and in our log. */
public final class RequestId {

    /**
     * What the caller calls it, if that is a plain word, else a name of ours. It stays the same for
     * the request.
     */
    public static String of(ServiceRequestContext ctx) {
        var theirs = ctx.request().headers().get(HttpHeaderNames.X_REQUEST_ID, "");
        return PLAIN.matcher(theirs).matches() ? theirs : ctx.id().text();
    }

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}
}

package io.overt.signer.publish;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;

/** What a request asks for, by the rules of HTTP. */
final class Requests {

    /**
     * The path of a request target: an origin form as it is, an absolute form without its authority
     * (RFC 9112 §3.2.2 has servers take both).
     */
    static String path(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int path = target.indexOf('/', scheme + 3);
        return path < 0 ? "/" : target.substring(path);
    }

    /** Whether the client has this already (RFC 9110 §13.2.2: tags first, and then no dates). */
    static boolean has(HttpHeaders request, Document document) {
        List<String> tags = request.getAll(HttpHeaderNames.IF_NONE_MATCH);
        if (!tags.isEmpty()) {
            String ours = document.entityTag();
            for (String list : tags) {
                for (String each : list.split(",", -1)) {
                    String tag = each.strip();
                    // §13.1.2: compared weakly.
                    if (tag.equals("*") || tag.equals(ours) || tag.equals("W/" + ours)) {
                        return true;
                    }
                }
            }
            return false;
        }
        String since = request.get(HttpHeaderNames.IF_MODIFIED_SINCE);
        Date parsed = since == null ? null : DateFormatter.parseHttpDate(since);
        return parsed != null && !seconds(document.changed()).isAfter(parsed.toInstant());
    }

    /** As exact as a date in HTTP is. */
    static Instant seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS);
    }

    private Requests() {}
}

package io.overt.edge.http;

import java.net.URI;
import java.util.Optional;

/**
 * Who says on our pages that the connection is inspected, and where to read more. All of it is text
 * to be escaped.
 *
 * @param organisation the operator's name, as in the inspection CA's certificate
 * @param noticeUrl the page in plain words on what is inspected and why; http or https
 * @param reference what a user quotes to the help desk: the connection's id in its record
 */
public record PageNotice(String organisation, Optional<URI> noticeUrl, Optional<String> reference) {
    public PageNotice {
        if (organisation.isBlank()) {
            throw new IllegalArgumentException(
                    "organisation: \"" + organisation + "\" (expected: a name)");
        }
        noticeUrl.ifPresent(
                url -> {
                    if (!"https".equalsIgnoreCase(url.getScheme())
                            && !"http".equalsIgnoreCase(url.getScheme())) {
                        throw new IllegalArgumentException(
                                "notice URL: " + url + " (expected: http or https)");
                    }
                });
    }
}

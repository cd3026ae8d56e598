package io.overt.control.web;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;

/**
 * What every answer tells a browser: nothing from elsewhere, no script and no style inside a page,
 * nobody frames us, no type is guessed, no address of ours is passed on.
 */
final class BrowserHeaders {
    static final HttpHeaders ALL =
            HttpHeaders.builder()
                    .add(
                            HttpHeaderNames.CONTENT_SECURITY_POLICY,
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                                    + "font-src 'self'; connect-src 'self'; form-action 'self'; "
                                    + "base-uri 'none'; frame-ancestors 'none'")
                    .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
                    .add(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
                    .add(HttpHeaderNames.REFERRER_POLICY, "no-referrer")
                    .add("cross-origin-opener-policy", "same-origin")
                    .add("cross-origin-resource-policy", "same-origin")
                    .add(HttpHeaderNames.STRICT_TRANSPORT_SECURITY, "max-age=31536000")
                    .build();

    private BrowserHeaders() {}
}

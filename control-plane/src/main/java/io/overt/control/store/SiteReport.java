package io.overt.control.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What somebody behind a gateway has reported of a site.
 *
 * @param id rises by one
 * @param host as they wrote it, and a host name or an address
 * @param client address that it came from
 * @param words what happened, as they wrote it
 * @param contact how to reach them, as they wrote it; may be empty
 * @param closing what became of it; absent while it is open
 */
public record SiteReport(
        long id,
        Instant at,
        String host,
        String client,
        String words,
        String contact,
        Optional<Closing> closing) {

    /** Who closed it, when, and what was done. */
    public record Closing(Instant at, String by, String answer) {}
}

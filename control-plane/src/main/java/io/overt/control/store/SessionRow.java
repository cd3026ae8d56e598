package io.overt.control.store;

import java.time.Instant;
import java.util.List;

/**
 * Somebody who signed in by a browser.
 *
 * @param subject the provider's name for them
 * @param email empty unless the provider has verified it
 * @param groups without ends of lines in them
 * @param shown for people to read
 * @param since when they signed in
 * @param used when they last called, to a minute
 */
public record SessionRow(
        String subject,
        String email,
        List<String> groups,
        String shown,
        Instant since,
        Instant used) {
    /** Copies. */
    public SessionRow {
        groups = List.copyOf(groups);
        if (groups.stream().anyMatch(each -> each.isEmpty() || each.contains("\n"))) {
            throw new IllegalArgumentException(
                    "a group without a name, or with an end of line in it");
        }
    }
}

package io.overt.control.access.oidc;

import io.overt.control.access.Claims;
import io.overt.control.access.OidcSettings;
import io.overt.control.store.SessionRow;
import io.overt.control.store.SessionStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * People who signed in by a browser: kept in the store, found by a cookie, over after a time
 * without use and after a time in all. Thread-safe; blocks.
 */
public final class Sessions {
    private final SessionStore store;
    private final Clock clock;
    private final Duration idle;
    private final Duration absolute;
    private final Secrets secrets;

    /**
     * A session as its owner sees it.
     *
     * @param ends when it is over whatever is done
     */
    public record Session(Claims claims, Instant ends) {}

    /** Keeps them here. */
    public Sessions(SessionStore store, Clock clock, OidcSettings settings, SecureRandom random) {
        this.store = store;
        this.clock = clock;
        this.idle = settings.idle();
        this.absolute = settings.absolute();
        this.secrets = new Secrets(random);
    }

    /** Opens one; what the browser is to keep. */
    String open(Claims claims) {
        var secret = secrets.next();
        var now = clock.instant();
        store.open(
                Secrets.digest(secret),
                new SessionRow(
                        claims.subject(),
                        claims.email().orElse(""),
                        List.copyOf(claims.groups()),
                        claims.shown(),
                        now,
                        now),
                now.minus(idle),
                now.minus(absolute));
        return secret;
    }

    /** Whose it is, if it is not over. */
    public Optional<Session> find(String secret) {
        var now = clock.instant();
        var digest = Secrets.digest(secret);
        return store.find(digest, now.minus(idle), now.minus(absolute))
                .map(
                        row -> {
                            // Not at each call: a console asks a few times a second.
                            if (row.used().plus(granularity()).isBefore(now)) {
                                store.touch(digest, now);
                            }
                            return new Session(
                                    new Claims(
                                            row.subject(),
                                            Optional.of(row.email())
                                                    .filter(each -> !each.isEmpty()),
                                            new HashSet<>(row.groups()),
                                            row.shown()),
                                    row.since().plus(absolute));
                        });
    }

    /** Ends it; whether there was one. */
    boolean end(String secret) {
        return store.end(Secrets.digest(secret));
    }

    private Duration granularity() {
        return idle.dividedBy(30);
    }
}

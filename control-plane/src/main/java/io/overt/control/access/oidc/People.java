package io.overt.control.access.oidc;

import io.overt.control.access.AccessTrail;
import io.overt.control.access.Authenticator;
import io.overt.control.access.Grants;
import io.overt.control.access.OidcSettings;
import io.overt.control.store.SessionStore;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;

/**
 * All that is needed to know people by the identity provider, put together. Whoever opens it closes
 * it.
 */
public final class People implements AutoCloseable {
    private final ProviderHttp http;
    private final OidcSettings settings;
    private final TokenVerifier tokens;
    private final Sessions sessions;
    private final SignIn signIn;

    /** What is wrong with the files of these settings, if anything is; asks nobody. */
    public static Optional<String> problem(OidcSettings settings) {
        try (var _ = new ProviderHttp(settings.trustAnchors(), settings.deadline())) {
            return settings.clientSecret()
                    .filter(file -> !Files.isReadable(file))
                    .map(file -> "access.oidc.client-secret: " + file + ": cannot be read");
        } catch (IllegalArgumentException e) {
            return Optional.of("access.oidc.trust-anchors: " + e.getMessage());
        }
    }

    /**
     * Asks the provider for nothing yet.
     *
     * @throws IllegalArgumentException when a file cannot be used
     */
    public static People open(
            OidcSettings settings, SessionStore store, AccessTrail trail, Clock clock) {
        return new People(settings, store, trail, clock, new SecureRandom());
    }

    private People(
            OidcSettings settings,
            SessionStore store,
            AccessTrail trail,
            Clock clock,
            SecureRandom random) {
        this.settings = settings;
        this.http = new ProviderHttp(settings.trustAnchors(), settings.deadline());
        var provider = new Provider(settings.issuer(), http, clock, settings.keysFor());
        this.tokens = new TokenVerifier(settings, provider, http, clock);
        this.sessions = new Sessions(store, clock, settings, random);
        this.signIn =
                new SignIn(settings, provider, http, tokens, store, sessions, trail, clock, random);
    }

    /** Knows people by tokens and sessions, and asks the other one about all else. */
    public Authenticator authenticator(Grants grants, Authenticator otherwise) {
        return new PersonAuthenticator(tokens, sessions, grants, otherwise);
    }

    /** Signs them in. */
    public SignIn signIn() {
        return signIn;
    }

    /** What browsers call us, where that is said. */
    public Optional<URI> externalAddress() {
        return settings.externalAddress();
    }

    @Override
    public void close() {
        http.close();
    }
}

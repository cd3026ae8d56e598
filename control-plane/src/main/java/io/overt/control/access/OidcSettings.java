package io.overt.control.access;

import com.nimbusds.jose.JWSAlgorithm;
import io.overt.service.config.ConfigNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The identity provider and what is believed of its tokens.
 *
 * @param issuer exactly as its tokens say it; discovery is looked for below it
 * @param clientId what this fleet's tools are to the provider
 * @param clientSecret file with the secret of a confidential client; absent for a public one, which
 *     PKCE protects
 * @param audiences of tokens, any of these
 * @param algorithms that sign tokens, none else
 * @param groupsClaim name of the claim with the groups
 * @param scopes that are asked for at sign-in
 * @param externalAddress what browsers call the web listener; absent: what each request calls it
 * @param trustAnchors PEM; absent: those of the system
 * @param clockSkew between the provider's clock and ours
 * @param keysFor how long the provider's keys are kept
 * @param deadline for each fetch from the provider
 * @param idle how long a session may be unused
 * @param absolute how long a session may last
 */
public record OidcSettings(
        URI issuer,
        String clientId,
        Optional<Path> clientSecret,
        Set<String> audiences,
        Set<JWSAlgorithm> algorithms,
        String groupsClaim,
        List<String> scopes,
        Optional<URI> externalAddress,
        Optional<Path> trustAnchors,
        Duration clockSkew,
        Duration keysFor,
        Duration deadline,
        Duration idle,
        Duration absolute) {

    /** Copies. */
    public OidcSettings {
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        scopes = List.copyOf(scopes);
    }

    /** Reads the section {@code access.oidc}. */
    public static OidcSettings read(ConfigNode node) {
        var clientId = node.text("client-id");
        var audiences = new LinkedHashSet<>(node.list("audiences"));
        var algorithms = new LinkedHashSet<>(node.list("algorithms", OidcSettings::algorithm));
        var scopes = node.list("scopes");
        var sessions = node.sectionOrDefaults("sessions");
        return new OidcSettings(
                node.required("issuer", URI.create("https://issuer.invalid"), OidcSettings::issuer),
                clientId,
                node.optionalPath("client-secret"),
                audiences.isEmpty() ? Set.of(clientId) : audiences,
                algorithms.isEmpty() ? ALGORITHMS : algorithms,
                node.text("groups-claim", "groups"),
                scopes.isEmpty() ? List.of("openid", "email", "profile") : scopes,
                node.optional("external-address", OidcSettings::issuer),
                node.optionalPath("trust-anchors"),
                node.duration(
                        "clock-skew",
                        Duration.ofSeconds(30),
                        Duration.ofMillis(1),
                        Duration.ofMinutes(5)),
                node.duration(
                        "keys-for", Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofDays(1)),
                node.duration(
                        "deadline",
                        Duration.ofSeconds(5),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                sessions.duration(
                        "idle", Duration.ofMinutes(30), Duration.ofSeconds(1), Duration.ofDays(1)),
                sessions.duration(
                        "absolute",
                        Duration.ofHours(12),
                        Duration.ofSeconds(1),
                        Duration.ofDays(7)));
    }

    private static JWSAlgorithm algorithm(String text) {
        return KNOWN.stream()
                .filter(each -> each.getName().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "one of "
                                                + String.join(
                                                        ", ",
                                                        KNOWN.stream()
                                                                .map(JWSAlgorithm::getName)
                                                                .toList())
                                                + ": a signature by a key that only the provider has"));
    }

    /**
     * An address of the provider: in the clear only to this very machine, which is where tests and
     * side-cars are.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static URI issuer(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException(ISSUER);
        }
        var local =
                Set.of("127.0.0.1", "[::1]", "localhost").contains(String.valueOf(uri.getHost()));
        if (uri.getHost() == null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || uri.getRawUserInfo() != null
                || !("https".equals(uri.getScheme())
                        || ("http".equals(uri.getScheme()) && local))) {
            throw new IllegalArgumentException(ISSUER);
        }
        return uri;
    }

    private static final String ISSUER =
            "an https address as the provider's tokens say it, without query and fragment";

    /** Never a MAC: whoever could check one could make one. */
    private static final List<JWSAlgorithm> KNOWN =
            List.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    /** What providers use, and no more. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
}

package io.overt.control.access.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import io.overt.control.access.OidcSettings;
import io.overt.testkit.oidc.TestProvider;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The section {@code access.oidc} as it is without any optional key. */
public final class ProviderSettings {
    /** Of a provider where this fleet is what {@link TestProvider} knows. */
    public static OidcSettings of(URI issuer) {
        return new OidcSettings(
                issuer,
                TestProvider.CLIENT,
                Optional.empty(),
                Set.of(TestProvider.CLIENT),
                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256),
                "groups",
                List.of("openid", "email", "profile"),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofMinutes(30),
                Duration.ofHours(12));
    }

    private ProviderSettings() {}
}

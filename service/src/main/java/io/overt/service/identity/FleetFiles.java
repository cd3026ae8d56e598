package io.overt.service.identity;

import io.overt.service.config.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a process keeps its fleet identity. All are PEM.
 *
 * @param certificateChain its certificate, then the intermediates up to but without the anchor
 * @param privateKey PKCS#8, not encrypted, EC or RSA; readable by the process only
 * @param trustAnchors the fleet's CA, or during its roll-over both
 */
public record FleetFiles(Path certificateChain, Path privateKey, Path trustAnchors) {

    /** Reads the keys {@code certificate}, {@code key} and {@code trust-anchors} of a section. */
    public static FleetFiles of(ConfigNode section) {
        return new FleetFiles(
                section.path("certificate"), section.path("key"), section.path("trust-anchors"));
    }

    /**
     * Whom the files name as they are now, for checks of what else the configuration says; empty
     * when they cannot be used, and why is for {@link FleetTls} to say.
     */
    public Optional<FleetIdentity> identity() {
        try {
            return Optional.of(FleetCredentials.read(this).self());
        } catch (FleetIdentityException _) {
            return Optional.empty();
        }
    }
}

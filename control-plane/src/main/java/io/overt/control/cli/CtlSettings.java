package io.overt.control.cli;

import io.overt.control.access.OidcSettings;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetFiles;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration of {@code overtctl}; {@code overtctl.yaml} in the distribution documents each
 * key.
 *
 * @param fleet by certificate
 * @param web by token
 * @param tokenFile where {@code overtctl login} puts one
 * @param timeout of a call
 */
record CtlSettings(Optional<Fleet> fleet, Optional<Web> web, Path tokenFile, Duration timeout) {

    /** How the control plane is called with a certificate. */
    record Fleet(InetSocketAddress control, FleetFiles identity) {}

    /**
     * How it is called with a token.
     *
     * @param trustAnchors absent: those of the system
     */
    record Web(InetSocketAddress address, Optional<Path> trustAnchors, Optional<Login> login) {}

    /** Where tokens come from. */
    record Login(URI issuer, String clientId, Optional<Path> trustAnchors) {}

    static CtlSettings read(Path configuration) throws ConfigException {
        var root = ConfigFile.read(configuration);
        var web =
                root.optionalSection("web")
                        .map(
                                section ->
                                        new Web(
                                                section.address("address"),
                                                section.optionalPath("trust-anchors"),
                                                section.optionalSection("login")
                                                        .map(CtlSettings::login)));
        // A person with a token needs no certificate; without `web` there is no other way in.
        Optional<Fleet> fleet =
                web.isPresent() && !root.has("identity")
                        ? Optional.empty()
                        : Optional.of(
                                new Fleet(
                                        root.address("control"),
                                        FleetFiles.of(root.section("identity"))));
        if (fleet.isEmpty()) {
            root.optionalAddress("control");
        }
        var settings =
                new CtlSettings(
                        fleet,
                        web,
                        root.path("token-file", "token"),
                        root.duration("timeout", Duration.ofSeconds(30)));
        root.finish();
        return settings;
    }

    private static Login login(ConfigNode section) {
        return new Login(
                section.required(
                        "issuer", URI.create("https://issuer.invalid"), OidcSettings::issuer),
                section.text("client-id"),
                section.optionalPath("trust-anchors"));
    }
}

package io.overt.service.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a member of the fleet is for. Each gRPC service lists the roles that may call it. */
public enum Role {
    /** A gateway's data path. */
    EDGE,
    /** Holder of an issuing CA. */
    SIGNER,
    /** Distributes policy. */
    CONTROL,
    /** A person, or a person's script, who operates the fleet. */
    OPERATOR,
    /** A person of the security team: ceremonies, never-forge list. */
    SECURITY;

    /** As it stands in a fleet identity, for instance {@code edge}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> of(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}

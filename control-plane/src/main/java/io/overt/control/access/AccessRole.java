package io.overt.control.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may be to the control plane; {@code docs/access.md} says what each may do. */
public enum AccessRole {
    /** Sees how things are, and changes nothing. */
    VIEWER(io.overt.proto.control.v1.AccessRole.ACCESS_ROLE_VIEWER),
    /** Writes policy. */
    AUTHOR(io.overt.proto.control.v1.AccessRole.ACCESS_ROLE_AUTHOR),
    /** Approves what others wrote. */
    APPROVER(io.overt.proto.control.v1.AccessRole.ACCESS_ROLE_APPROVER),
    /** Brings policy to edges, and rules on what they report. */
    OPERATOR(io.overt.proto.control.v1.AccessRole.ACCESS_ROLE_OPERATOR),
    /** Watches over all of them. */
    SECURITY(io.overt.proto.control.v1.AccessRole.ACCESS_ROLE_SECURITY);

    private final io.overt.proto.control.v1.AccessRole wire;

    AccessRole(io.overt.proto.control.v1.AccessRole wire) {
        this.wire = wire;
    }

    /** As it stands in configuration, for instance {@code viewer}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As it travels. */
    public io.overt.proto.control.v1.AccessRole wire() {
        return wire;
    }

    /** The role that is written so. */
    public static Optional<AccessRole> of(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }

    static Optional<AccessRole> of(io.overt.proto.control.v1.AccessRole wire) {
        return Arrays.stream(values()).filter(role -> role.wire == wire).findFirst();
    }
}

package io.overt.control.access;

import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Certificates by their identity: {@code overt://site/role/name}, where {@code *} in site and name
 * stands for any text. The role stands as it is, so that nothing meant for people's tools reaches
 * an edge by accident.
 */
public final class IdentityPattern {
    private final String text;
    private final Pattern site;
    private final Role role;
    private final Pattern name;

    /**
     * Parses.
     *
     * @throws IllegalArgumentException whose message says what was expected
     */
    public static IdentityPattern parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "overt://<site>/<role>/<name>, * in site and name for any text");
        }
        var role =
                Arrays.stream(Role.values())
                        .filter(each -> each.text().equals(match.group(2)))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "overt://<site>/<role>/<name> with a role of "
                                                        + ROLES));
        if (role != Role.OPERATOR && role != Role.SECURITY) {
            throw new IllegalArgumentException(
                    "a certificate of role operator or security: those of processes are granted nothing");
        }
        return new IdentityPattern(text, glob(match.group(1)), role, glob(match.group(3)));
    }

    private IdentityPattern(String text, Pattern site, Role role, Pattern name) {
        this.text = text;
        this.site = site;
        this.role = role;
        this.name = name;
    }

    boolean matches(FleetIdentity identity) {
        return identity.role() == role
                && site.matcher(identity.site()).matches()
                && name.matcher(identity.name()).matches();
    }

    @Override
    public String toString() {
        return text;
    }

    private static Pattern glob(String text) {
        return Pattern.compile(
                Arrays.stream(text.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")));
    }

    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::text).collect(Collectors.joining(", "));
    private static final Pattern FORM =
            Pattern.compile("overt://([a-z0-9._*-]+)/([a-z]+)/([a-z0-9._*-]+)");
}

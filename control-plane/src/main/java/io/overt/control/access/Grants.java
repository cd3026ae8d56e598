package io.overt.control.access;

import io.overt.control.access.Principal.How;
import io.overt.control.access.Principal.Kind;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Who is given which roles. Immutable. */
public final class Grants {
    private final List<Grant> grants;

    /** To whom. */
    public sealed interface Receiver {
        /** Whoever holds such a certificate. */
        record Certificate(IdentityPattern identity) implements Receiver {}

        /** Whoever the provider says is of this group. */
        record Group(String name) implements Receiver {}

        /** Whom the provider calls so; never given to anybody else. */
        record Subject(String name) implements Receiver {}

        /** Whose address this is, if the provider has verified it. */
        record Email(String address) implements Receiver {}
    }

    /**
     * One line of it.
     *
     * @param to whom
     * @param roles what they get; at least one
     * @param reach for which sites
     */
    public record Grant(Receiver to, Set<AccessRole> roles, Reach reach) {
        /** Copies. */
        public Grant {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("a grant of nothing");
            }
            roles = Set.copyOf(roles);
        }
    }

    /** Whoever matches several has all that they give. */
    public Grants(List<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /** Without any configuration: whoever holds an operator's certificate has every role. */
    public static Grants everyOperator() {
        return new Grants(
                List.of(
                        new Grant(
                                new Receiver.Certificate(
                                        IdentityPattern.parse(
                                                "overt://*/" + Role.OPERATOR.text() + "/*")),
                                Set.of(AccessRole.values()),
                                new Reach.Fleet())));
    }

    /** Whom a certificate names, with all that is granted to it. */
    public Principal machine(FleetIdentity identity) {
        return new Principal(
                Kind.MACHINE,
                identity.uri(),
                identity.uri(),
                How.CERTIFICATE,
                granted(
                        to ->
                                switch (to) {
                                    case Receiver.Certificate(var pattern) ->
                                            pattern.matches(identity);
                                    case Receiver.Group _, Receiver.Subject _, Receiver.Email _ ->
                                            false;
                                }));
    }

    /** Whom the provider speaks of, with all that is granted to them. */
    public Principal person(Claims claims, How how) {
        return new Principal(
                Kind.PERSON,
                claims.name(),
                claims.shown(),
                how,
                granted(
                        to ->
                                switch (to) {
                                    case Receiver.Certificate _ -> false;
                                    case Receiver.Group(var name) -> claims.groups().contains(name);
                                    case Receiver.Subject(var name) ->
                                            claims.subject().equals(name);
                                    case Receiver.Email(var address) ->
                                            claims.email()
                                                    .map(address::equalsIgnoreCase)
                                                    .orElse(false);
                                }));
    }

    private Map<AccessRole, Reach> granted(Predicate<Receiver> matches) {
        var roles = new EnumMap<AccessRole, Reach>(AccessRole.class);
        for (var grant : grants) {
            if (matches.test(grant.to())) {
                grant.roles().forEach(role -> roles.merge(role, grant.reach(), Reach::with));
            }
        }
        return roles;
    }
}

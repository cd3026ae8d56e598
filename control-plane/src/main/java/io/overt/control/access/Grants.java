package io.overt.control.access;

import io.overt.control.access.Principal.Kind;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is given which roles. Immutable. */
public final class Grants {
    private final List<Grant> grants;

    /** Whoever matches several has all that they give. */
    public Grants(List<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /** Without any configuration: whoever holds an operator's certificate has every role. */
    public static Grants everyOperator() {
        return new Grants(
                List.of(
                        new Grant(
                                IdentityPattern.parse("overt://*/" + Role.OPERATOR.text() + "/*"),
                                Set.of(AccessRole.values()),
                                new Reach.Fleet())));
    }

    /** Whom a certificate names, with all that is granted to it. */
    public Principal machine(FleetIdentity identity) {
        return new Principal(
                Kind.MACHINE,
                identity.uri(),
                identity.uri(),
                granted(subject -> subject.matches(identity)));
    }

    private Map<AccessRole, Reach> granted(java.util.function.Predicate<IdentityPattern> matches) {
        var roles = new EnumMap<AccessRole, Reach>(AccessRole.class);
        for (var grant : grants) {
            if (matches.test(grant.to())) {
                grant.roles().forEach(role -> roles.merge(role, grant.reach(), Reach::with));
            }
        }
        return roles;
    }

    /**
     * One line of it.
     *
     * @param to whom
     * @param roles what they get
     * @param reach for which sites
     */
    public record Grant(IdentityPattern to, Set<AccessRole> roles, Reach reach) {
        /** Copies. */
        public Grant {
            roles = Set.copyOf(roles);
        }
    }
}

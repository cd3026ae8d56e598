package io.overt.policy;

/**
 * Knows under which names anybody can have one, for warnings alone: such lists age, so that none of
 * them decides what a policy means.
 */
@FunctionalInterface
public interface PublicSuffixes {
    /** Whether anybody can have a name right below this one. */
    boolean contains(HostName name);

    /** Knows top-level domains, which are those without a dot, and no other. */
    static PublicSuffixes topLevelDomains() {
        return name -> name.value().indexOf('.') < 0;
    }
}

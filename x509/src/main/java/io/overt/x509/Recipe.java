package io.overt.x509;

/**
 * The two ways to make a forged leaf of an upstream's certificate; docs/spec/mirror-recipe.md has
 * them field by field.
 */
public enum Recipe {
    /** Keep all that stays true. */
    MIRROR,
    /** NIAP STIP: subject and names only, no longer valid than the leaf key's epoch. */
    STRICT
}

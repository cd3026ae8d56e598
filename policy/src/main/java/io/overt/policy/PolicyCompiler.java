package io.overt.policy;

import java.util.List;
import java.util.Optional;

/**
 * Turns what people wrote into a {@link Policy}, or into every problem that it has. Pure: the same
 * source gives the same answer.
 */
public final class PolicyCompiler {
    /**
     * The version of the policy language that this compiler reads: what a bundle's manifest must
     * say.
     */
    public static final int LANGUAGE = 1;

    private PolicyCompiler() {}

    /** Any thread; never throws for any content of the source. */
    public static Compilation compile(PolicySource source) {
        return new Compilation.Rejected(
                List.of(
                        new Problem(
                                PolicySource.DOCUMENT,
                                1,
                                1,
                                Optional.empty(),
                                "this build knows the policy's types and no document yet")));
    }
}

package io.overt.policy;

import java.util.Optional;

/** A rule for requests. */
record HttpRule(
        RuleName name,
        Condition when,
        Action action,
        Optional<String> label,
        Optional<String> because) {
    enum Action {
        PASS,
        BLOCK
    }
}

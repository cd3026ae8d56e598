package io.overt.policy;

/** A rule with a condition. What it leads to is made once, when the policy is compiled. */
record Rule(Condition when, Decision decision) {}

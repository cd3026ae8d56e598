package io.overt.edge.policy;

import io.overt.policy.Policy;

/**
 * The policy in force. A connection keeps the one it read at its hello; a later version does not
 * change its mind.
 *
 * @param version the number it was published under, from 1
 * @param policy decides
 */
public record ActivePolicy(long version, Policy policy) {}

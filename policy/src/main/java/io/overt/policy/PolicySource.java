package io.overt.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A policy as people wrote it.
 *
 * @param files content by path as the document refers to it; {@link #DOCUMENT} is the document
 *     itself, every other one a list. The arrays are not copied and must not be changed afterwards
 */
public record PolicySource(Map<String, byte[]> files) {
    /** The path of the document. */
    public static final String DOCUMENT = "policy.yaml";

    public PolicySource {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }
}

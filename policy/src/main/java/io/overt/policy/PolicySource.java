package io.overt.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A policy as people wrote it.
 *
 * <p>A list may come in its compiled form, and does where it is fetched from elsewhere. What the
 * document says of its format has then been honoured by whoever compiled it, and its file need not
 * be there.
 *
 * @param files content by path as the document refers to it; {@link #DOCUMENT} is the document
 *     itself, every other one a list. The arrays are not copied and must not be changed afterwards
 * @param lists lists that are compiled already, by the name that the document gives them
 */
public record PolicySource(Map<String, byte[]> files, Map<String, HostList> lists) {
    /** The path of the document. */
    public static final String DOCUMENT = "policy.yaml";

    public PolicySource {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        lists = Collections.unmodifiableMap(new LinkedHashMap<>(lists));
    }

    /** Of files alone. */
    public PolicySource(Map<String, byte[]> files) {
        this(files, Map.of());
    }
}

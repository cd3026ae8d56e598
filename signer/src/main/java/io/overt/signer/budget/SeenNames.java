package io.overt.signer.budget;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names that were signed for since the start, the latest of them. One that was forgotten is new
 * again: what is bounded errs to the strict side, and the budget of new names is wide. Not
 * thread-safe.
 */
final class SeenNames {
    private final Map<String, Boolean> seen;

    SeenNames(int most) {
        seen =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                        return size() > most;
                    }
                };
    }

    boolean isNew(String name) {
        return seen.get(name) == null;
    }

    void add(String name) {
        seen.put(name, Boolean.TRUE);
    }
}

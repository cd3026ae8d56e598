package io.overt.edge.transparency;

import io.overt.service.config.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The section {@code certificate-transparency}.
 *
 * @param logList the file with the list of logs; without one no rule that demands SCTs lets anybody
 *     through
 */
public record TransparencyConfig(Optional<Path> logList) {
    /** Reads it; it may be left out. */
    public static TransparencyConfig from(ConfigNode root) {
        return new TransparencyConfig(
                root.sectionOrDefaults("certificate-transparency").optionalPath("log-list"));
    }
}

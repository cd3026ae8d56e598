package io.overt.service.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What all nodes of one file share: where it is, and what was found wrong so far. Confined to the
 * starting thread.
 */
final class ConfigSource {
    private final Path file;
    private final Map<String, String> environment;
    private final List<Located> problems = new ArrayList<>();

    ConfigSource(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = Map.copyOf(environment);
    }

    private record Located(int line, String text) {}

    void problem(int line, String keyPath, String message) {
        var problem = new Located(line, file + ":" + line + ": " + keyPath + ": " + message);
        // A key read twice (once per variant of a section, say) is still one problem.
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void throwIfAny() throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(
                    problems.stream()
                            .sorted(Comparator.comparingInt(Located::line))
                            .map(Located::text)
                            .toList());
        }
    }

    /**
     * Resolves a path as people write it: absolute, relative to the file's folder, or {@code
     * credential:NAME} for a systemd credential of the unit (systemd.exec(5), LoadCredential=).
     *
     * @throws IllegalArgumentException with what was expected
     */
    Path resolve(String written) {
        if (written.startsWith(CREDENTIAL)) {
            var name = written.substring(CREDENTIAL.length());
            var folder = environment.get("CREDENTIALS_DIRECTORY");
            if (folder == null) {
                throw new IllegalArgumentException(
                        "a process started by systemd with LoadCredential=; CREDENTIALS_DIRECTORY is not set");
            }
            if (name.isEmpty() || name.contains("/")) {
                throw new IllegalArgumentException("credential:NAME with a plain name");
            }
            return Path.of(folder).resolve(name);
        }
        if (written.isEmpty() || written.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a path");
        }
        return file.toAbsolutePath().resolveSibling(written).normalize();
    }

    private static final String CREDENTIAL = "credential:";
}

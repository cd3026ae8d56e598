package io.overt.service.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/**
 * Reads a process's configuration file. Values stay as written: YAML's own guessing of types is not
 * used.
 */
public final class ConfigFile {

    /**
     * Parses the file.
     *
     * @param file named in every message just as it is given here; relative paths in it are
     *     relative to its folder
     * @return the root of the document; read every key, then call {@link ConfigNode#finish()}, then
     *     use what was read
     * @throws ConfigException when it cannot be read, is larger than a mebibyte, is not UTF-8, or
     *     is not one YAML mapping
     */
    public static ConfigNode read(Path file) throws ConfigException {
        return read(file, System.getenv());
    }

    static ConfigNode read(Path file, Map<String, String> environment) throws ConfigException {
        String text = content(file);
        var settings = LoadSettings.builder().setLabel(file.toString()).setUseMarks(true).build();
        try {
            var root =
                    new Compose(settings)
                            .composeString(text)
                            .orElseThrow(
                                    () ->
                                            new ConfigException(
                                                    file
                                                            + ": empty (expected: a mapping of keys)"));
            if (!(root instanceof MappingNode mapping)) {
                throw new ConfigException(
                        file
                                + ":"
                                + ConfigNode.line(root)
                                + ": expected a mapping of keys at the top");
            }
            return ConfigNode.root(new ConfigSource(file, environment), mapping);
        } catch (MarkedYamlEngineException e) {
            var where = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
            throw new ConfigException(file + where + ": not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ConfigException(file + ": not YAML: " + e.getMessage());
        }
    }

    private static String content(Path file) throws ConfigException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new ConfigException(
                        file + ": " + size + " bytes (expected: at most " + MAX_BYTES + ")");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (NoSuchFileException _) {
            throw new ConfigException(file + ": no such file");
        } catch (CharacterCodingException _) {
            throw new ConfigException(file + ": not UTF-8");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** A configuration is written by people; anything larger is some other file. */
    private static final long MAX_BYTES = 1 << 20;

    private ConfigFile() {}
}

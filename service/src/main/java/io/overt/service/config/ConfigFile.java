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

    /**
     * Like {@link #read(Path)}, for what has been read already: what was checked, signed say, is
     * then what is parsed.
     *
     * @param file where it was read from, for messages and for relative paths
     */
    public static ConfigNode parse(Path file, byte[] content) throws ConfigException {
        return parse(file, utf8(file, content), System.getenv());
    }

    static ConfigNode read(Path file, Map<String, String> environment) throws ConfigException {
        return parse(file, content(file), environment);
    }

    private static ConfigNode parse(Path file, String text, Map<String, String> environment)
            throws ConfigException {
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
            requireSize(file, Files.size(file));
            return utf8(file, Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            throw new ConfigException(file + ": no such file");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static String utf8(Path file, byte[] content) throws ConfigException {
        requireSize(file, content.length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException _) {
            throw new ConfigException(file + ": not UTF-8");
        }
    }

    private static void requireSize(Path file, long size) throws ConfigException {
        if (size > MAX_BYTES) {
            throw new ConfigException(
                    file + ": " + size + " bytes (expected: at most " + MAX_BYTES + ")");
        }
    }

    /** A configuration is written by people; anything larger is some other file. */
    private static final long MAX_BYTES = 1 << 20;

    private ConfigFile() {}
}

package io.overt.service.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build this is. */
public final class Build {
    private static final String VERSION = read();

    /** The version of the build, for people and for the fleet's overview. */
    public static String version() {
        return VERSION;
    }

    private static String read() {
        try (var stream = Build.class.getResourceAsStream("/overt-build.properties")) {
            if (stream == null) {
                throw new IllegalStateException(
                        "overt-build.properties is missing from this build");
            }
            var properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException("overt-build.properties cannot be read", e);
        }
    }

    private Build() {}
}

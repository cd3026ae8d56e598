package io.overt.control.cli;

import io.overt.proto.control.v1.FetchVersionRequest;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.service.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A policy that is named on the command line: a folder, a document, or {@code @VERSION}. */
final class PublishedPolicy {

    /** The number after {@code @}; 0 for {@code @newest}. */
    static OptionalLong version(String given) {
        if (given.equals("@newest")) {
            return OptionalLong.of(0);
        }
        if (!given.matches("@[1-9][0-9]{0,17}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(given.substring(1)));
    }

    /** Reads a folder, or asks the control plane. */
    static PolicyFolder read(String given, Overtctl overtctl) throws IOException, ConfigException {
        var version = version(given);
        if (version.isEmpty()) {
            return PolicyFolder.read(Path.of(given));
        }
        try (var connection = overtctl.connect()) {
            return new PolicyFolder(
                    Path.of(given),
                    connection
                            .rollouts()
                            .fetchVersion(
                                    FetchVersionRequest.newBuilder()
                                            .setVersion(version.getAsLong())
                                            .build())
                            .getFilesList());
        }
    }

    static Map<String, byte[]> contents(List<BundleFile> files) {
        var contents = new LinkedHashMap<String, byte[]>();
        files.forEach(file -> contents.put(file.getPath(), file.getContent().toByteArray()));
        return contents;
    }

    private PublishedPolicy() {}
}

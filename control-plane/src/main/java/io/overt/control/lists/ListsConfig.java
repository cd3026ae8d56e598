package io.overt.control.lists;

import io.overt.policy.Cidr;
import io.overt.service.config.ConfigNode;
import io.overt.service.http.Addresses;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How lists are compiled, fetched and served.
 *
 * @param folder for files while lists are made
 * @param compileAbove longer list files go to edges in their compiled form, in bytes
 * @param keptVersions of how many of the newest versions lists are kept
 * @param calls of edges that fetch pieces, at once
 * @param deadline of a fetch from elsewhere, to its last byte
 * @param trustAnchors files of CAs that places are believed by, besides those of the JDK
 * @param allowed networks that are fetched from although they are not the internet's
 */
public record ListsConfig(
        Path folder,
        long compileAbove,
        int keptVersions,
        int calls,
        Duration deadline,
        List<Path> trustAnchors,
        List<Cidr> allowed) {

    public ListsConfig {
        trustAnchors = List.copyOf(trustAnchors);
        allowed = List.copyOf(allowed);
    }

    /** What is not written, with the files there. */
    public static ListsConfig defaults(Path folder) {
        return new ListsConfig(
                folder, 256L << 10, 20, 64, Duration.ofMinutes(5), List.of(), List.of());
    }

    /** Reads the section. */
    public static ListsConfig read(ConfigNode section) {
        var defaults = defaults(section.path("folder", "state/lists"));
        return new ListsConfig(
                defaults.folder(),
                section.size("compile-above", defaults.compileAbove(), 0, 1L << 30),
                section.integer("keep-versions", defaults.keptVersions(), 2, 10_000),
                section.integer("calls", defaults.calls(), 1, 10_000),
                section.duration(
                        "fetch-deadline",
                        defaults.deadline(),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)),
                section.paths("trust-anchors"),
                section.list("private-networks", Cidr::of));
    }

    /** Whether lists are fetched from there. */
    public boolean mayFetchFrom(InetAddress address) {
        return Addresses.isPublic(address) || Cidr.anyContains(allowed, address);
    }
}

package io.overt.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.service.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EdgeReloadTest {
    private static final Path EXAMPLE = Path.of("src/main/dist/edge.yaml");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void the_same_file_needs_nothing() throws Exception {
        var text = Files.readString(EXAMPLE);

        assertThat(EdgeReload.needRestart(read(text), read(text + "# nothing new\n"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limits: {connections: 11, client-connections: 7, hellos: 8, hello: 13KiB}
                    deadlines: {idle: 31s, drain: 33s}
                    keep-alive: {idle: 35s}
                    http: {request-head: 32KiB}
                    """)
    void what_only_connections_use_is_taken_by_those_that_begin_then(String section)
            throws Exception {
        var text = Files.readString(EXAMPLE);
        var next = text + section + "\n";

        assertThat(EdgeReload.needRestart(read(text), read(next))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    labels: [canary]        | labels: [canary]
                    approvers: identity     | approvers: identity
                    health-every: 5s        | health-every: 6s
                    reconnect-within: 5s    | reconnect-within: 7s
                    """)
    void what_is_asked_of_versions_and_told_of_this_edge_needs_no_restart(String from, String to)
            throws Exception {
        var text = Files.readString(EXAMPLE);
        var next = text.replace("# " + from, to);

        assertThat(next).isNotEqualTo(text);
        assertThat(EdgeReload.needRestart(read(text), read(next))).isEmpty();
    }

    @Test
    void what_listeners_allow_is_taken_and_where_they_listen_is_not() throws Exception {
        var text = Files.readString(EXAMPLE);
        var allowing = text.replace("local-destinations: refused", "local-destinations: allowed");
        var elsewhere = text.replaceFirst("listen: (\"?)\\[::\\]:[0-9]+", "listen: $1[::]:4711");

        assertThat(allowing).isNotEqualTo(text);
        assertThat(EdgeReload.needRestart(read(text), read(allowing))).isEmpty();
        assertThat(elsewhere).isNotEqualTo(text);
        assertThat(EdgeReload.needRestart(read(text), read(elsewhere)))
                .containsExactly("listeners: name, kind, listen or authentication");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    threads                | threads: 3
                    leaf-cache             | leaf-cache: {max-leaves: 7}
                    verdict-cache          | verdict-cache: {max-age: 7m}
                    revocation or fetches  | revocation: {patience: {soft: 70ms}}
                    revocation or fetches  | fetches: {at-once: 7}
                    limits.verifications   | limits: {verifications: 7}
                    limits.resolutions     | limits: {resolutions: 7}
                    records                | records: {queue: 77}
                    """)
    void what_was_made_at_the_start_needs_a_restart(String key, String section) throws Exception {
        var text = Files.readString(EXAMPLE);

        assertThat(EdgeReload.needRestart(read(text), read(text + section + "\n")))
                .containsExactly(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    admin.listen           | 127.0.0.1:9445         | 127.0.0.1:9999
                    signers                | signer.example:9442    | signer.example:9999
                    policy                 | control.example:9443   | control.example:9999
                    upstream.trust-anchors | ca-certificates.crt    | other.crt
                    upstream.client-certificates | # client-certificates: | client-certificates: {memory: 7m}
                    """)
    void so_do_other_parts_of_the_fleet_and_other_files(String key, String from, String to)
            throws Exception {
        var text = Files.readString(EXAMPLE);

        assertThat(EdgeReload.needRestart(read(text), read(text.replace(from, to))))
                .containsExactly(key);
    }

    /** Whatever the table of names forgets, the records do not. */
    @Test
    void every_other_difference_is_noticed() throws Exception {
        var text = Files.readString(EXAMPLE);
        var now = read(text);
        var next = read(text + "limits: {connections: 11, verifications: 12}\nthreads: 4\n");

        assertThat(EdgeReload.needRestart(now, next))
                .containsExactly("threads", "limits.verifications");
        assertThat(now.taking(next)).isNotEqualTo(next);
        assertThat(now.taking(next).data().limits().connections()).isEqualTo(11);
        assertThat(now.taking(next).data().threads()).isEqualTo(now.data().threads());
    }

    private EdgeConfig read(String yaml) throws Exception {
        var root = ConfigFile.read(Files.writeString(folder.resolve("edge.yaml"), yaml));
        // The frame's own section.
        var _ = root.sectionOrDefaults("log").text("level", "info");
        return EdgeConfig.read(root);
    }
}

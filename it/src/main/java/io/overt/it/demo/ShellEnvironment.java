package io.overt.it.demo;

import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What a shell has to know to use a cluster on loopback: a file that it reads with a dot.
 *
 * @param directory of the cluster; the file goes there
 * @param launcher whose overtctl it is
 * @param cluster that is ready
 * @param originPort of the web site
 */
record ShellEnvironment(Path directory, Launcher launcher, ProcessCluster cluster, int originPort) {
    /** Its name. */
    static final String FILE = "env";

    /** Writes it, all at once: whoever waits for the cluster waits for this file. */
    void write() throws IOException {
        EdgeProcess edge = cluster.edge("edge-a");
        Path unfinished = directory.resolve(FILE + ".new");
        Files.writeString(
                unfinished,
                """
                # A cluster of ./overt demo. For a shell: . %1$s
                # overtctl, as the operator of this cluster
                export JAVA_HOME=%2$s
                export OVERTCTL_CONFIG=%3$s
                PATH=%4$s:$PATH
                # edge-a, which is an explicit proxy, and where it writes a line for each connection
                edge=http://127.0.0.1:%5$d
                records=%6$s
                # the root of the CA that forges, for clients
                inspection_root=%7$s
                # the web site: its port, and the root of the CA that it really has
                site_port=%8$d
                site_root=%9$s
                """
                        .formatted(
                                quoted(directory.resolve(FILE)),
                                quoted(Path.of(System.getProperty("java.home"))),
                                quoted(directory.resolve("overtctl.yaml")),
                                quoted(launcher.programs()),
                                edge.connectPort(),
                                quoted(edge.records()),
                                quoted(cluster.inspectionRoot()),
                                originPort,
                                quoted(directory.resolve("origin-root.pem"))));
        Files.move(
                unfinished,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** A word of the shell, whatever is in the path. */
    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}

package io.overt.it.cluster;

import io.overt.it.cluster.ClusterFiles.PartFiles;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.process.Parts;
import io.overt.service.process.ServiceBlueprint;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A part of a cluster inside this process, started by the same blueprint and from the same file as
 * the process of its own would be. Can be stopped and started again. Not thread-safe.
 */
public final class InProcessPart implements AutoCloseable {
    private final ServiceBlueprint<?> blueprint;
    private final PartFiles files;
    private final AdminPort admin;
    private Optional<Parts> running = Optional.empty();

    InProcessPart(ServiceBlueprint<?> blueprint, PartFiles files) {
        this.blueprint = blueprint;
        this.files = files;
        this.admin = AdminPort.here(files.adminPort());
    }

    /**
     * Starts it; returns when its composition root does, which is before it is ready.
     *
     * @throws IllegalStateException when it runs already
     */
    public void start() throws ConfigException, StartException {
        if (running.isPresent()) {
            throw new IllegalStateException(files.name() + " runs already");
        }
        running = Optional.of(started(blueprint, files.config()));
    }

    /** Stops it as SIGTERM would stop its process; returns when all of it is closed. */
    public void stop() {
        running.ifPresent(Parts::close);
        running = Optional.empty();
    }

    /** What it says is missing, one line a condition; empty when it is ready. */
    public String notReady() {
        return admin.notReady();
    }

    /**
     * One of its metrics, summed over its labels.
     *
     * @throws IOException when it does not answer or has no such metric
     */
    public double sum(String metric) throws IOException, InterruptedException {
        return admin.sum(metric);
    }

    /**
     * One of its metrics, summed over those of its labels that are not named.
     *
     * @param label as it stands there, e.g. {@code outcome="signed"}
     * @throws IOException when it does not answer or has no such metric
     */
    public double sum(String metric, String label) throws IOException, InterruptedException {
        return admin.sum(metric, label);
    }

    @Override
    public void close() {
        stop();
    }

    private static <C> Parts started(ServiceBlueprint<C> blueprint, Path file)
            throws ConfigException, StartException {
        var root = ConfigFile.read(file);
        C config = blueprint.configure(root);
        root.finish();
        blueprint.check(config);
        var parts = new Parts();
        try {
            blueprint.start(config, parts);
            return parts;
        } catch (Throwable e) {
            parts.close();
            throw e;
        }
    }
}

package io.overt.service.process;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the configuration's file again while the process runs: all of it or nothing. What became of
 * it is logged, counted, and told by {@link #refusal}. Thread-safe; one attempt at a time.
 */
public final class ConfigReload {
    private final Taker taker;
    private final InstantSource clock;
    private final Counter taken;
    private final Counter refused;
    private final Counter defects;
    private volatile Optional<String> refusal = Optional.empty();

    /** When the configuration in force was read. */
    private volatile Instant inForceSince;

    /** Brings a configuration into force. */
    public interface Taker {
        /**
         * Reads every key, calls {@link ConfigNode#finish()}, checks everything, and only then
         * brings it into force.
         *
         * @return the keys that changed
         * @throws ConfigException if something is wrong with it, or it changes what only a restart
         *     can change; nothing of it is in force then
         * @throws StartException if what it names is not in order; nothing of it is in force then
         */
        List<String> take(ConfigNode root) throws ConfigException, StartException;
    }

    /** Counts from zero; the configuration of the start is in force. */
    public ConfigReload(Taker taker, InstantSource clock, MeterRegistry meters) {
        this.taker = taker;
        this.clock = clock;
        this.inForceSince = clock.instant();
        this.taken = counter(meters, "taken");
        this.refused = counter(meters, "refused");
        this.defects = counter(meters, "defect");
        Gauge.builder("overt.config.refused", this, each -> each.refusal.isPresent() ? 1 : 0)
                .description("1 while the file that was last read is not what is in force.")
                .strongReference(true)
                .register(meters);
        Gauge.builder("overt.config.read", this, each -> each.inForceSince.getEpochSecond())
                .description("When the configuration in force was read, in seconds since 1970.")
                .baseUnit("seconds")
                .strongReference(true)
                .register(meters);
    }

    /** Why the file that was last read is not in force; empty if it is. For people. */
    public Optional<String> refusal() {
        return refusal;
    }

    /** Reads the file and takes it, or refuses all of it. Blocks; never throws. */
    synchronized void run(Path file) {
        try {
            var root = ConfigFile.read(file);
            var level = Logging.level(root);
            var changed = taker.take(root);
            // From here on it is in force.
            Logging.apply(level);
            inForceSince = clock.instant();
            refusal = Optional.empty();
            taken.increment();
            LOG.atInfo()
                    .addKeyValue("file", file.toString())
                    .addKeyValue("changed", changed)
                    .log("configuration reloaded");
        } catch (ConfigException | StartException e) {
            refused.increment();
            refuse(file, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) { // The backstop of a thread that nobody else looks after.
            defects.increment();
            LOG.atError().setCause(e).log("reloading the configuration broke");
            refuse(file, "a defect: " + e);
        }
    }

    private void refuse(Path file, String why) {
        refusal = Optional.of("refused at " + clock.instant() + ": " + why);
        LOG.atError()
                .addKeyValue("file", file.toString())
                .addKeyValue("problems", why.lines().toList())
                .log("configuration not reloaded; the one from before stays in force");
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("overt.config.reloads")
                .description("Times that the configuration was read again, by what became of it.")
                .tag("result", result)
                .register(meters);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);
}

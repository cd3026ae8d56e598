package io.overt.service.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.overt.service.config.ConfigNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets up logging: everything, the JDK's own logger included, goes through logback.xml of this
 * module.
 */
final class Logging {

    enum Threshold {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    /** gRPC logs through java.util.logging. */
    static void prepare() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    static Threshold level(ConfigNode root) {
        return root.sectionOrDefaults("log").choice("level", Threshold.class, Threshold.INFO);
    }

    static void apply(Threshold threshold) {
        // Libraries stay at the level of logback.xml: their debug output carries what we promise
        // not to log.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("io.overt")
                    .setLevel(
                            switch (threshold) {
                                case ERROR -> Level.ERROR;
                                case WARN -> Level.WARN;
                                case INFO -> Level.INFO;
                                case DEBUG -> Level.DEBUG;
                            });
        } else {
            LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
                    .warn("log.level has no effect: not logback");
        }
    }

    private Logging() {}
}

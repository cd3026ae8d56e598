package io.overt.service.process;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which tells daemons to read their configuration again. Java has no public way to hear of
 * signals; the JDK's own {@code sun.misc.Signal}, of the module {@code jdk.unsupported}, is reached
 * by reflection because javac warns of any use of it and our warnings are errors.
 */
final class Hangup {

    /**
     * Does something at each SIGHUP, on a thread of its own, one after the other; signals that come
     * meanwhile count as one, as the system itself counts them. Until the process ends.
     */
    static void handle(Runnable action) {
        var thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(1),
                        Thread.ofPlatform().daemon().name("reload").factory());
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            Runnable hearing = () -> hear(thread, action);
            var run =
                    MethodHandles.lookup()
                            .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                            .bindTo(hearing);
            var hears =
                    MethodHandleProxies.asInterfaceInstance(
                            handler, MethodHandles.dropArguments(run, 0, signal));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), hears);
        } catch (ReflectiveOperationException e) {
            thread.shutdownNow();
            LOG.atWarn()
                    .setCause(e)
                    .log("SIGHUP cannot be heard by this JVM: the configuration is not reloaded");
        }
    }

    private static void hear(ExecutorService thread, Runnable action) {
        try {
            thread.execute(action);
        } catch (RejectedExecutionException _) {
            // One is waiting to begin: it will read the file as it is now.
            LOG.debug("SIGHUP joined the one before it");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}
}

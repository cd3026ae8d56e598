package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in which a buffer or an engine was not released. The paranoid level follows
 * every one; what became garbage without a release is reported when the next one is made, so after
 * the tests garbage is collected and some more are made.
 */
final class LeakExtension implements BeforeAllCallback, AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        // Detectors are made with the classes that they watch, so this must come before those; a
        // class of ours that touches no Netty is the first to be loaded in a test.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Recording());
    }

    private static final class Recording extends ResourceLeakDetectorFactory {
        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new Detector<>(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval) {
            return new Detector<>(resource, samplingInterval);
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            LEAKS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add(resourceType);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        LEAKS.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        for (var i = 0; i < 5; i++) {
            collectGarbage();
            for (var j = 0; j < 50; j++) {
                ByteBuf probe = UnpooledByteBufAllocator.DEFAULT.directBuffer(16);
                probe.release();
            }
        }
        if (!LEAKS.isEmpty()) {
            throw new AssertionError(LEAKS.size() + " leaks, the first: " + LEAKS.peek());
        }
    }

    /**
     * Returns when what was garbage has been collected and its references enqueued, which a thread
     * of the JVM's own does: when that has come to a piece of garbage made here.
     */
    private static void collectGarbage() throws InterruptedException {
        var collected = new ReferenceQueue<Object>();
        var piece = new PhantomReference<>(new Object(), collected);
        try {
            for (var i = 0; i < 100; i++) {
                System.gc();
                if (collected.remove(100) != null) {
                    return;
                }
            }
        } finally {
            Reference.reachabilityFence(piece); // Or it might be collected itself.
        }
        throw new AssertionError("no garbage is collected");
    }
}

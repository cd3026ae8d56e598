package io.overt.edge.net;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Platform threads with a bounded queue; what does not fit is refused, not awaited. */
final class Pools {

    private Pools() {}

    static ThreadPoolExecutor bounded(String name, int threads, int queue) {
        var pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        60,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(queue),
                        Thread.ofPlatform().daemon().name(name + "-", 0).factory(),
                        new ThreadPoolExecutor.AbortPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}

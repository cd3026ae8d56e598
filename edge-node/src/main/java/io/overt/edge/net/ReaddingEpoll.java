package io.overt.edge.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll with one mistake of 4.2.13 to 4.2.18 mended: when a channel wants no event any more
 * (its input has ended and nothing waits to be written) it is taken out of the epoll set, and when
 * it wants one again it is modified there instead of added, which fails and closes it. So every
 * client that closes its side before it has read a large answer would lose the rest of it. Here
 * such a channel is registered afresh. {@code TransferTest} fails without it; see ADR 0053 for when
 * it can go.
 *
 * <p>Confined, as what it wraps, to the thread of its event loop.
 */
final class ReaddingEpoll implements IoHandler {
    private final IoHandler epoll;
    private final ThreadAwareExecutor loop;

    private ReaddingEpoll(IoHandler epoll, ThreadAwareExecutor loop) {
        this.epoll = epoll;
        this.loop = loop;
    }

    static IoHandlerFactory factory() {
        var factory = EpollIoHandler.newFactory();
        return loop -> new ReaddingEpoll(factory.newHandler(loop), loop);
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        var registration = epoll.register(handle);
        return handle instanceof EpollIoHandle socket
                ? new Readding(socket, registration)
                : registration;
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    private final class Readding implements IoRegistration {
        private final EpollIoHandle handle;
        private IoRegistration registration;

        Readding(EpollIoHandle handle, IoRegistration registration) {
            this.handle = handle;
            this.registration = registration;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps wanted) {
            if (!EpollIoOps.NONE.equals(wanted)
                    || !registration.isValid()
                    || !handle.fd().isOpen()
                    || !loop.isExecutorThread(Thread.currentThread())) {
                return registration.submit(wanted);
            }
            registration.cancel();
            try {
                registration = epoll.register(handle);
            } catch (Exception e) { // Its signature; there is no call to the kernel in it.
                throw new IllegalStateException("cannot register a channel again", e);
            }
            return 0;
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}

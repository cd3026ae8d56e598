package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a body without holding any of it. What it has let through is at every moment the
 * beginning of a body that keeps the rules.
 */
sealed interface BodyScanner permits BodyScanner.OfLength, BodyScanner.UntilClose, ChunkedBody {

    static BodyScanner of(Framing framing, Http1Limits limits) {
        return switch (framing) {
            case Framing.None() -> new OfLength(0);
            case Framing.Length(long bytes) -> new OfLength(bytes);
            case Framing.Chunked() -> new ChunkedBody(limits);
            case Framing.UntilClose() -> new UntilClose();
        };
    }

    /**
     * How many of the readable bytes of {@code in}, counted from its reader index, belong to this
     * body. The index is not moved. Fewer than all: the body is complete, or the next byte is the
     * flaw.
     */
    int scan(ByteBuf in);

    /** Whether a byte of it was scanned. */
    boolean hasBegun();

    boolean isComplete();

    @Nullable Flaw flaw();

    final class OfLength implements BodyScanner {
        private final long length;
        private long left;

        OfLength(long length) {
            this.length = length;
            left = length;
        }

        @Override
        public int scan(ByteBuf in) {
            var taken = (int) Math.min(left, in.readableBytes());
            left -= taken;
            return taken;
        }

        @Override
        public boolean hasBegun() {
            return left < length;
        }

        @Override
        public boolean isComplete() {
            return left == 0;
        }

        @Override
        public @Nullable Flaw flaw() {
            return null;
        }
    }

    final class UntilClose implements BodyScanner {
        private boolean hasBegun;

        @Override
        public int scan(ByteBuf in) {
            hasBegun |= in.isReadable();
            return in.readableBytes();
        }

        @Override
        public boolean hasBegun() {
            return hasBegun;
        }

        @Override
        public boolean isComplete() {
            return false;
        }

        @Override
        public @Nullable Flaw flaw() {
            return null;
        }
    }
}

package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chunked coding (RFC 9112 §7.1), byte by byte except for chunk data. */
final class ChunkedBody implements BodyScanner {

    private enum State {
        SIZE,
        BLANK_AFTER_SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER,
        TRAILER_LF,
        COMPLETE
    }

    private final Http1Limits limits;
    private final FirstFlaw flaws = new FirstFlaw();
    private State state = State.SIZE;

    /** Size of the current chunk while its line is read, then what is left of its data. */
    private long chunk;

    private int sizeDigits;
    private boolean hasBegun;
    private int lineLength;
    private int trailerBytes;
    private final StringBuilder trailerLine = new StringBuilder();

    ChunkedBody(Http1Limits limits) {
        this.limits = limits;
    }

    @Override
    public int scan(ByteBuf in) {
        var at = in.readerIndex();
        while (at < in.writerIndex() && state != State.COMPLETE) {
            if (state == State.DATA) {
                var taken = (int) Math.min(chunk, in.writerIndex() - at);
                chunk -= taken;
                at += taken;
                if (chunk == 0) {
                    state = State.DATA_CR;
                }
                continue;
            }
            accept(in.getByte(at) & 0xff);
            if (flaws.flaw() != null) {
                break;
            }
            at++;
        }
        hasBegun |= at > in.readerIndex();
        return at - in.readerIndex();
    }

    @Override
    public boolean hasBegun() {
        return hasBegun;
    }

    @Override
    public boolean isComplete() {
        return state == State.COMPLETE;
    }

    @Override
    public @Nullable Flaw flaw() {
        return flaws.flaw();
    }

    private void accept(int next) {
        switch (state) {
            case SIZE -> size(next);
            case BLANK_AFTER_SIZE -> {
                // RFC 9112 §7.1.1: blanks may stand before an extension, and not alone.
                lineByte();
                if (next == ';') {
                    state = State.EXTENSION;
                } else if (!Characters.isBlank(next)) {
                    unexpected(next, "\";\"");
                }
            }
            case EXTENSION -> {
                lineByte();
                if (next == '\r') {
                    state = State.SIZE_LF;
                } else if (next != '\t' && (next < 0x20 || next > 0x7e)) {
                    // A bare LF here ends the line for some readers and belongs to the extension
                    // for others.
                    unexpected(next, "printable ASCII or CRLF");
                }
            }
            case SIZE_LF -> {
                expect(next, '\n', "LF");
                state = chunk > 0 ? State.DATA : State.TRAILER;
            }
            case DATA_CR -> {
                expect(next, '\r', "CRLF behind chunk data");
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(next, '\n', "LF");
                state = State.SIZE;
                sizeDigits = 0;
                lineLength = 0;
            }
            case TRAILER -> trailer(next);
            case TRAILER_LF -> {
                expect(next, '\n', "LF");
                state = trailerLine.isEmpty() ? State.COMPLETE : State.TRAILER;
                trailerLine.setLength(0);
            }
            case DATA, COMPLETE -> throw new IllegalStateException(state.name());
        }
    }

    private void size(int next) {
        lineByte();
        var digit = next < 0x80 ? Character.digit(next, 16) : -1;
        if (digit >= 0) {
            // 15 digits stay below 2^60; leading zeros count, for some readers overflow on them.
            if (++sizeDigits > LONGEST_SIZE) {
                flaws.note(
                        Http1Fault.BAD_CHUNK,
                        "chunk size of more than " + LONGEST_SIZE + " digits");
            }
            chunk = (sizeDigits == 1 ? 0 : chunk << 4) | digit;
        } else if (sizeDigits == 0) {
            unexpected(next, "a chunk size");
        } else if (next == ';') {
            state = State.EXTENSION;
        } else if (next == '\r') {
            state = State.SIZE_LF;
        } else if (Characters.isBlank(next)) {
            state = State.BLANK_AFTER_SIZE;
        } else {
            unexpected(next, "a hexadecimal digit, \";\" or CRLF");
        }
    }

    private void trailer(int next) {
        if (++trailerBytes > limits.trailers()) {
            flaws.note(Http1Fault.BAD_TRAILER, "trailers above " + limits.trailers() + " bytes");
        } else if (next == '\r') {
            trailerLine();
            state = State.TRAILER_LF;
        } else if (next == '\n') {
            unexpected(next, "CRLF");
        } else {
            trailerLine.append((char) next);
        }
    }

    /** Judged before its line end goes on: a line without one is nobody's field. */
    private void trailerLine() {
        if (trailerLine.isEmpty()) {
            return;
        }
        for (var field : FieldSection.parse(List.of(trailerLine.toString()), flaws).lines()) {
            // RFC 9110 §6.5.1: a trailer does not say where the message ends or for whom it is.
            if (FieldSection.isFraming(field.getKey())) {
                flaws.note(Http1Fault.BAD_TRAILER, "trailer " + field.getKey());
            }
        }
    }

    private void lineByte() {
        if (++lineLength > limits.chunkLine()) {
            flaws.note(Http1Fault.BAD_CHUNK, "chunk line above " + limits.chunkLine() + " bytes");
        }
    }

    private void expect(int next, int wanted, String expected) {
        if (next != wanted) {
            unexpected(next, expected);
        }
    }

    private void unexpected(int next, String expected) {
        flaws.note(Http1Fault.BAD_CHUNK, "byte 0x%02x (expected: %s)".formatted(next, expected));
    }

    private static final int LONGEST_SIZE = 15;
}

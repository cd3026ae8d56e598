package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.overt.edge.flow.TlsAlert;
import java.util.Optional;

/**
 * Stands in front of TLS while a handshake lasts and notes an alert that comes in the clear. An
 * OpenSSL client that refuses a TLS 1.3 certificate says so before it has begun to encrypt: what
 * uses it (curl, Python, Node, PHP) sends the alert as a plain record, where BoringSSL takes
 * encrypted ones only and fails with BAD_PACKET_LENGTH. Changes nothing. Confined to the event
 * loop.
 *
 * <p>Whoever is on the path can put such an alert there; as he could in TLS 1.2, and as he can
 * reset the connection.
 */
final class ClearAlert extends ChannelInboundHandlerAdapter {
    private final byte[] header = new byte[HEADER];
    private int inHeader;

    /** Bytes of the current record's content that are still to come. */
    private int left;

    private int level;
    private Optional<TlsAlert> alert = Optional.empty();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            for (var at = bytes.readerIndex(); at < bytes.writerIndex(); ) {
                at += take(bytes, at);
            }
        }
        ctx.fireChannelRead(message);
    }

    /** Answers how many bytes it has looked at; at least one. */
    private int take(ByteBuf bytes, int at) {
        if (inHeader < HEADER) {
            header[inHeader++] = bytes.getByte(at);
            left = inHeader == HEADER ? ((header[3] & 0xff) << 8) | (header[4] & 0xff) : 0;
            if (inHeader == HEADER && left == 0) {
                inHeader = 0;
            }
            return 1;
        }
        // An encrypted alert is longer, and in TLS 1.3 is no record of this type at all.
        if (header[0] == ALERT && header[3] == 0 && header[4] == 2) {
            if (left == 2) {
                level = bytes.getByte(at);
            } else if (level == FATAL) {
                alert = Optional.of(new TlsAlert(bytes.getByte(at) & 0xff));
            }
        }
        var taken = header[0] == ALERT ? 1 : Math.min(left, bytes.writerIndex() - at);
        left -= taken;
        if (left == 0) {
            inHeader = 0;
            level = 0;
        }
        return taken;
    }

    /** The fatal alert that came, if one did. */
    Optional<TlsAlert> alert() {
        return alert;
    }

    /** RFC 8446 §5.1: type, version, length. */
    private static final int HEADER = 5;

    private static final int ALERT = 21;
    private static final int FATAL = 2;
}

package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands in front of TLS with an upstream until its key exchange has come, and lets none pass that
 * is signed with SHA-1. BoringSSL offers {@code rsa_pkcs1_sha1} and its Java binding has no setting
 * for that; browsers offer it no more. In TLS 1.2 the server names the algorithm in the clear (RFC
 * 5246 §7.4.3), in a ServerKeyExchange of which BoringSSL then verifies the rest: a hash that
 * nobody offers in SHA-1's place has it refuse the handshake, alert included, as if SHA-1 had not
 * been offered. TLS 1.3 has no such message. Confined to the event loop; takes itself away.
 */
final class Sha1KeyExchange extends ChannelInboundHandlerAdapter {
    private boolean done;
    private boolean met;

    /** Bytes of the current record's header that have come. */
    private int inRecordHeader;

    /** Bytes of the current record's content that are still to come. */
    private int leftInRecord;

    /** Bytes of the current message that have come, its header among them. */
    private int inMessage;

    private int messageType;
    private int messageLength;

    /** Where the hash's name is in a ServerKeyExchange, once the point's length is known. */
    private int hashAt;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            for (var at = bytes.readerIndex(); at < bytes.writerIndex() && !done; at++) {
                take(bytes, at);
            }
        }
        context.fireChannelRead(message);
        if (done && !context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    /** Whether the upstream signed with SHA-1. */
    boolean met() {
        return met;
    }

    private void take(ByteBuf bytes, int at) {
        var value = bytes.getByte(at) & 0xff;
        if (inRecordHeader < RECORD_HEADER) {
            switch (inRecordHeader++) {
                // Whatever else comes, what matters is over: in TLS 1.2 it comes before all of it.
                case 0 -> done = value != HANDSHAKE;
                case 3 -> leftInRecord = value << 8;
                case 4 -> leftInRecord |= value;
                default -> {}
            }
        } else {
            leftInRecord--;
            inMessage(bytes, at, value);
        }
        if (inRecordHeader == RECORD_HEADER && leftInRecord == 0) {
            inRecordHeader = 0;
        }
    }

    private void inMessage(ByteBuf bytes, int at, int value) {
        var index = inMessage++;
        if (index == 0) {
            messageType = value;
            messageLength = 0;
            hashAt = -1;
        } else if (index < MESSAGE_HEADER) {
            messageLength = messageLength << 8 | value;
        } else if (messageType == SERVER_KEY_EXCHANGE) {
            inKeyExchange(bytes, at, value, index - MESSAGE_HEADER);
        }
        if (inMessage >= MESSAGE_HEADER && inMessage == MESSAGE_HEADER + messageLength) {
            done |= messageType == SERVER_KEY_EXCHANGE;
            inMessage = 0;
        }
    }

    /** RFC 8422 §5.4: curve type, curve, length of the point, the point, hash, signature. */
    private void inKeyExchange(ByteBuf bytes, int at, int value, int index) {
        if (index == POINT_LENGTH) {
            hashAt = POINT_LENGTH + 1 + value;
        } else if (index == hashAt && value == SHA1) {
            bytes.setByte(at, NO_HASH);
            met = true;
        }
    }

    /** RFC 8446 §5.1: type, version, length. */
    private static final int RECORD_HEADER = 5;

    /** RFC 8446 §4: type, length. */
    private static final int MESSAGE_HEADER = 4;

    private static final int HANDSHAKE = 22;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int POINT_LENGTH = 3;

    /** RFC 5246 §7.4.1.4.1, HashAlgorithm. */
    private static final int SHA1 = 2;

    private static final int NO_HASH = 0;
}

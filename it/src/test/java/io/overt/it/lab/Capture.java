package io.overt.it.lab;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.NetworkLab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * What crosses the wire of a namespace on one TCP port, caught by tcpdump: the bytes of one
 * connection, each way, put together from its segments. Not thread-safe.
 */
final class Capture implements AutoCloseable {
    private final Child tcpdump;
    private final Path file;
    private final int port;

    private Capture(Child tcpdump, Path file, int port) {
        this.tcpdump = tcpdump;
        this.file = file;
        this.port = port;
    }

    /** The two byte streams of the connection. */
    record Bytes(String fromClient, String fromUpstream) {}

    static Capture start(NetworkLab lab, String where, String port, Path directory)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile(directory, where, ".pcap");
        Path log = Files.createTempFile(directory, where, ".tcpdump");
        Child tcpdump =
                Child.start(
                        "tcpdump",
                        lab.within(
                                where,
                                "tcpdump",
                                "--immediate-mode",
                                "-U",
                                "-Z",
                                "root",
                                "-s",
                                "0",
                                "-i",
                                "eth0",
                                "-w",
                                file.toString(),
                                "tcp port " + port),
                        Map.of(),
                        log);
        var capture = new Capture(tcpdump, file, Integer.parseInt(port));
        tcpdump.await("listening", Duration.ofSeconds(30), () -> capture.says(log, "listening on"));
        return capture;
    }

    /**
     * Ends the capture when the connection has ended; hexadecimal, so that a difference can be
     * read. What the kernel has caught and tcpdump has not read yet would be lost with it.
     */
    Bytes bytes() throws IOException {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> read().stream().allMatch(Stream::hasEnded));
        tcpdump.close();
        List<Stream> both = read();
        return new Bytes(both.getFirst().hex(), both.getLast().hex());
    }

    /** The client's stream, then the upstream's, as far as they are in the file. */
    private List<Stream> read() throws IOException {
        var client = new Stream();
        var upstream = new Stream();
        ByteBuffer pcap = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (pcap.remaining() < 24) {
            return List.of(client, upstream);
        }
        if (pcap.getInt(0) != 0xa1b2c3d4 || pcap.getInt(20) != 1 /* Ethernet */) {
            throw new IOException(file + ": not a little-endian capture of Ethernet frames");
        }
        pcap.position(24);
        while (pcap.remaining() >= 16) {
            int length = pcap.getInt(pcap.position() + 8);
            if (pcap.remaining() < 16 + length) {
                break; // Being written.
            }
            ByteBuffer frame = pcap.slice(pcap.position() + 16, length).order(ByteOrder.BIG_ENDIAN);
            pcap.position(pcap.position() + 16 + length);
            segment(frame, client, upstream);
        }
        return List.of(client, upstream);
    }

    private void segment(ByteBuffer frame, Stream client, Stream upstream) {
        int ip = 14;
        int tcp;
        int end;
        switch (frame.getShort(12)) {
            case 0x0800 /* IPv4 */ -> {
                tcp = ip + (frame.get(ip) & 0x0f) * 4;
                end = ip + (frame.getShort(ip + 2) & 0xffff);
            }
            case (short) 0x86dd /* IPv6, without extension headers here */ -> {
                tcp = ip + 40;
                end = tcp + (frame.getShort(ip + 4) & 0xffff);
            }
            default -> {
                return;
            }
        }
        Stream stream = (frame.getShort(tcp + 2) & 0xffff) == port ? client : upstream;
        int payload = tcp + (frame.get(tcp + 12) >> 4 & 0x0f) * 4;
        byte[] content = new byte[end - payload];
        frame.get(payload, content);
        byte flags = frame.get(tcp + 13);
        stream.add(frame.getInt(tcp + 4), (flags & 0x02 /* SYN */) != 0, content);
        if ((flags & 0x01 /* FIN */) != 0) {
            stream.end(frame.getInt(tcp + 4), content.length);
        }
    }

    private boolean says(Path log, String what) {
        try {
            return Files.readString(log).contains(what);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        tcpdump.close();
    }

    /** One direction, by sequence number; a segment sent twice counts once. */
    private static final class Stream {
        private final TreeMap<Long, byte[]> segments = new TreeMap<>();
        private int first;
        private long end = -1;

        void add(int sequence, boolean syn, byte[] content) {
            if (syn) {
                first = sequence + 1;
            } else if (content.length > 0) {
                segments.merge(
                        Integer.toUnsignedLong(sequence - first),
                        content,
                        (one, other) -> one.length >= other.length ? one : other);
            }
        }

        void end(int sequence, int length) {
            end = Integer.toUnsignedLong(sequence - first) + length;
        }

        /** Whether all up to its FIN is there: segments may be caught out of order. */
        boolean hasEnded() {
            long at = 0;
            for (var segment : segments.entrySet()) {
                if (segment.getKey() > at) {
                    return false;
                }
                at = Math.max(at, segment.getKey() + segment.getValue().length);
            }
            return at == end;
        }

        String hex() throws IOException {
            var hex = new StringBuilder();
            long at = 0;
            for (var segment : segments.entrySet()) {
                int known = (int) (at - segment.getKey());
                if (known < 0) {
                    throw new IOException("the capture misses bytes from " + at);
                }
                for (int i = known; i < segment.getValue().length; i++, at++) {
                    hex.append("%02x".formatted(segment.getValue()[i]));
                }
            }
            return hex.toString();
        }
    }
}

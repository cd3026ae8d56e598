package io.overt.edge.hello;

import io.overt.policy.HostName;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Fuzz target: the first bytes of a connection. Whatever they are, the parser answers, answers
 * alike however they are cut, holds no more than its limit, and says only what is safe to log.
 */
public final class ClientHelloFuzz {

    private ClientHelloFuzz() {}

    /** What real clients sent. */
    public static List<byte[]> seeds() {
        return HelloWire.GOLDEN.stream().map(HelloWire::golden).toList();
    }

    /** {@code wire} is what the client sent. */
    public static void fuzzerTestOneInput(byte[] wire) {
        var whole = HelloWire.parse(wire);
        // The same input is always cut in the same way, so that a finding can be run again.
        var random = new Random(Arrays.hashCode(wire));
        var inPieces = HelloWire.parseInPieces(wire, random.nextInt(1, 64), random);
        if (!inPieces.equals(whole)) {
            throw new AssertionError("whole: " + whole + "\nin pieces: " + inPieces);
        }
        switch (whole) {
            case HelloPeek.Hello(var hello) -> check(hello, wire);
            case HelloPeek.Malformed(var why) -> safeToLog(why);
            case HelloPeek.NotTls(var detail) -> safeToLog(detail);
            case HelloPeek.NeedMore() -> {
                if (wire.length > HelloLimit.DEFAULT.bytes()) {
                    throw new AssertionError("still waiting after " + wire.length + " bytes");
                }
            }
            case HelloPeek.TooLarge _ -> {}
        }
    }

    private static void check(ClientHello hello, byte[] wire) {
        // A hello is the same hello however its message is laid into records.
        var message = new byte[hello.message().remaining()];
        hello.message().get(message);
        var again =
                HelloWire.parse(
                        HelloWire.records(
                                message,
                                hello.recordVersion(),
                                1 << 14,
                                new Random(Arrays.hashCode(wire))));
        if (!(again instanceof HelloPeek.Hello(var same)) || !same.equals(hello)) {
            throw new AssertionError("laid into records anew: " + again + "\nbefore: " + hello);
        }
        hello.serverName()
                .ifPresent(
                        name -> {
                            // What becomes of it in policy: a name there, or an address literal,
                            // which policy takes for none; never an exception.
                            var _ = HostName.parse(name);
                            safeToLog(name);
                        });
        safeToLog(hello.ja4());
    }

    private static void safeToLog(String text) {
        if (!text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new AssertionError("not printable ASCII: " + text);
        }
    }
}

package io.overt.edge.site;

import com.google.protobuf.ByteString;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz target: what the carrier of the site's maps returns. Nothing opens but a value as it was
 * sealed, and nothing makes opening throw.
 *
 * <p>An input is a kind and what the kind needs. 0: the bytes that the carrier returned. 1: a
 * length, that many bytes of a value, and edits of what was sealed: each a position and a mask, or
 * a length to cut to.
 */
public final class SealedValuesFuzz {
    private static final SealedValues VALUES =
            new SealedValues(
                    SiteSecret.of(new byte[SiteSecret.LENGTH]), "leaves", new SteadyRandom());
    private static final ByteString ENTRY = VALUES.entryKey(new byte[] {1, 2, 3});

    private SealedValuesFuzz() {}

    /** Sound ones, cut ones and changed ones. */
    public static List<byte[]> seeds() {
        var sealed = VALUES.seal(ENTRY, "a leaf".getBytes(StandardCharsets.US_ASCII));
        return List.of(
                ByteString.copyFrom(new byte[] {0}).concat(sealed).toByteArray(),
                ByteString.copyFrom(new byte[] {0})
                        .concat(sealed.substring(0, sealed.size() - 1))
                        .toByteArray(),
                new byte[] {0, 1},
                new byte[] {0, 2, 3, 4},
                new byte[] {1, 0},
                new byte[] {1, 3, 'a', 'b', 'c'},
                new byte[] {1, 3, 'a', 'b', 'c', 0, 0, 1},
                new byte[] {1, 3, 'a', 'b', 'c', 5, 20, 0x40},
                new byte[] {1, 1, 'a', (byte) 0xff, (byte) 0xff, 0});
    }

    /** {@code input} as above. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        if (input[0] == 0) {
            var sealed = ByteString.copyFrom(input, 1, input.length - 1);
            // The nonce is the same for every value here: what opens is what sealing made of it.
            if (VALUES.open(ENTRY, sealed) instanceof SealedValues.Opened(var value)
                    && !VALUES.seal(ENTRY, value.toByteArray()).equals(sealed)) {
                throw new AssertionError("opened, and was never sealed: " + sealed);
            }
        } else {
            edited(input);
        }
    }

    private static void edited(byte[] input) {
        var length = input.length < 2 ? 0 : Math.min(input[1] & 0xff, input.length - 2);
        var value = Arrays.copyOfRange(input, Math.min(2, input.length), 2 + length);
        var sealed = VALUES.seal(ENTRY, value).toByteArray();
        var changed = sealed;
        for (var at = 2 + length; at + 2 < input.length; at += 3) {
            var position = (input[at] & 0xff) << 8 | (input[at + 1] & 0xff);
            if (position >= 0xff00) {
                changed = Arrays.copyOf(changed, Math.min(position & 0xff, changed.length));
            } else if (changed.length > 0) {
                changed = changed.clone();
                changed[position % changed.length] ^= input[at + 2];
            }
        }
        switch (VALUES.open(ENTRY, ByteString.copyFrom(changed))) {
            case SealedValues.Opened(var opened) -> {
                if (!Arrays.equals(sealed, changed) || !opened.equals(ByteString.copyFrom(value))) {
                    throw new AssertionError("opened although it was changed");
                }
            }
            case SealedValues.NotOpened(var detail) -> {
                if (Arrays.equals(sealed, changed)) {
                    throw new AssertionError("not opened although it is whole: " + detail);
                }
            }
        }
    }

    /** Always the same, so that sealing is a function here. */
    private static final class SteadyRandom extends SecureRandom {
        @Serial private static final long serialVersionUID = 1;

        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 7);
        }
    }
}

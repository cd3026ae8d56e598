package io.overt.x509;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What a security team decides about forged leaves. Each component goes into the leaf or its {@link
 * ForgeKey}, so that a change of one is a new certificate and never a second meaning of an old one.
 *
 * @param name what requests call it: a letter, then letters, digits, {@code -} and {@code .}
 * @param recipe which fields are kept
 * @param organisation who inspects, for the {@link InspectionMarker}
 * @param noticeUrl where an inspected person reads what is inspected and why; absolute, http or
 *     https, ASCII
 * @param maxLifetime no leaf lives longer, its first and last second included; at least the epoch
 *     and twice the grace, so that a leaf of the epoch is valid on each of its days
 * @param epochLength length of a leaf-key epoch, in whole seconds
 * @param epochGrace how long before its epoch's start and after its end a strict or a capped leaf
 *     is valid, for clients whose clock is wrong and connections that straddle the change; in whole
 *     seconds
 */
public record MirrorProfile(
        String name,
        Recipe recipe,
        String organisation,
        String noticeUrl,
        Duration maxLifetime,
        Duration epochLength,
        Duration epochGrace) {

    private static final int MAX_ORGANISATION = 256;
    private static final int MAX_NOTICE_URL = 1024;

    public MirrorProfile {
        if (!name.matches("[A-Za-z][A-Za-z0-9.-]{0,63}")) {
            throw new IllegalArgumentException(
                    "profile name: \""
                            + name
                            + "\" (expected: a letter, then at most 63 of A-Z a-z 0-9 . -)");
        }
        if (organisation.isBlank()
                || organisation.length() > MAX_ORGANISATION
                || !StandardCharsets.UTF_8.newEncoder().canEncode(organisation)) {
            throw new IllegalArgumentException(
                    "organisation: \""
                            + organisation
                            + "\" (expected: 1 to "
                            + MAX_ORGANISATION
                            + " characters)");
        }
        requireWebAddress("notice-url", noticeUrl);
        Epoch.seconds(epochLength);
        requireWholeSeconds("epoch-grace", epochGrace);
        requireWholeSeconds("max-lifetime", maxLifetime);
        Duration least = epochLength.plus(epochGrace.multipliedBy(2));
        if (maxLifetime.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "max-lifetime: "
                            + maxLifetime
                            + " (expected: at least epoch-length and twice epoch-grace, "
                            + least
                            + ")");
        }
    }

    public static void requireWebAddress(String what, String url) {
        boolean ascii = url.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        try {
            URI parsed = new URI(url);
            boolean web =
                    "http".equalsIgnoreCase(parsed.getScheme())
                            || "https".equalsIgnoreCase(parsed.getScheme());
            if (ascii && web && parsed.getHost() != null && url.length() <= MAX_NOTICE_URL) {
                return;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(what + ": \"" + url + "\": " + e.getReason(), e);
        }
        throw new IllegalArgumentException(
                what + ": \"" + url + "\" (expected: an absolute http or https URL in ASCII)");
    }

    private static void requireWholeSeconds(String what, Duration value) {
        if (value.isNegative() || value.toNanosPart() != 0) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: whole seconds, >= 0)");
        }
    }
}

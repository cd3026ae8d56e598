package io.overt.control.web.notice;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Shows that a form was read by the address that sends it, without a session and without a cookie:
 * an HMAC over address and time under a key of this process. A page elsewhere that has a browser
 * send the form has never read one. After a restart a form has to be opened again. Thread-safe.
 */
final class FormSeal {
    private final SecretKeySpec key;
    private final Clock clock;

    FormSeal(SecureRandom random, Clock clock) {
        var secret = new byte[32];
        random.nextBytes(secret);
        this.key = new SecretKeySpec(secret, ALGORITHM);
        this.clock = clock;
    }

    /** For a form that this address reads now. */
    String of(InetAddress address) {
        return seal(address, period());
    }

    /** Whether this address has read a form in the last hours. */
    boolean holds(String seal, InetAddress address) {
        var sent = seal.getBytes(StandardCharsets.UTF_8);
        boolean holds = false;
        for (long back = 0; back <= PERIODS; back++) {
            holds |=
                    MessageDigest.isEqual(
                            sent, seal(address, period() - back).getBytes(StandardCharsets.UTF_8));
        }
        return holds;
    }

    private long period() {
        return clock.instant().getEpochSecond() / PERIOD.toSeconds();
    }

    private String seal(InetAddress address, long period) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(period).flip());
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(address.getAddress()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    private static final String ALGORITHM = "HmacSHA256";
    private static final Duration PERIOD = Duration.ofHours(1);

    /** Somebody writes for so long. */
    private static final long PERIODS = 2;
}

package io.overt.edge.login;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** A name and a password as a client sent them (RFC 7617). Immutable. */
final class Credentials {
    private final String user;
    private final byte[] password;

    private Credentials(String user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /** Without control characters. */
    String user() {
        return user;
    }

    /** The bytes that were sent, UTF-8 as we ask for. Not to be changed. */
    byte[] password() {
        return password;
    }

    /**
     * Empty for another scheme, and for what is no name and password.
     *
     * @param header the value of {@code Proxy-Authorization}
     */
    static Optional<Credentials> parse(String header) {
        var blank = header.indexOf(' ');
        if (blank < 0
                || !header.substring(0, blank).toLowerCase(Locale.ROOT).equals("basic")
                || header.length() > LONGEST) {
            return Optional.empty();
        }
        byte[] pair;
        try {
            pair = Base64.getDecoder().decode(header.substring(blank + 1).strip());
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        var colon = 0;
        while (colon < pair.length && pair[colon] != ':') {
            colon++;
        }
        if (colon == 0 || colon == pair.length) {
            return Optional.empty();
        }
        var password = java.util.Arrays.copyOfRange(pair, colon + 1, pair.length);
        return utf8(pair, colon)
                .filter(name -> name.chars().noneMatch(Character::isISOControl))
                .map(name -> new Credentials(name, password));
    }

    private static Optional<String> utf8(byte[] bytes, int length) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, 0, length))
                            .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    /** Nobody's to read in a log. */
    @Override
    public String toString() {
        return "Credentials[" + user + "]";
    }

    private static final int LONGEST = 2048;
}

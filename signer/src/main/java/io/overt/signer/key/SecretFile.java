package io.overt.signer.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A PIN or password in the first line of a file of its own, so that it is in no configuration and
 * on no command line.
 */
public final class SecretFile {

    /**
     * The first line, without its end. The caller wipes it.
     *
     * @param what the file should hold, for the message
     * @throws SigningKeyException of kind PIN when the file cannot be read or its first line is
     *     empty
     */
    public static char[] firstLine(Path file, String what) throws SigningKeyException {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.PIN,
                    "%s: cannot be read (expected: %s): %s"
                            .formatted(file, what, e.getClass().getSimpleName()),
                    e);
        }
        CharBuffer text = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(content));
        Arrays.fill(content, (byte) 0);
        int length = 0;
        while (length < text.length()
                && text.charAt(length) != '\n'
                && text.charAt(length) != '\r') {
            length++;
        }
        char[] line = new char[length];
        text.get(0, line);
        Arrays.fill(text.array(), '\0');
        if (length == 0) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.PIN, "%s: empty (expected: %s)".formatted(file, what));
        }
        return line;
    }

    private SecretFile() {}
}

package io.overt.it.verdicts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.tukaani.xz.XZInputStream;

/**
 * A file in x509-limbo's JSON, packed with xz or not. Read case by case, since whole suites take a
 * hundred megabytes; fields that are not known are passed over.
 */
final class LimboFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    LimboFile(Path file) {
        this.file = file;
    }

    /**
     * Hands over each case in the order of the file.
     *
     * @throws IOException if the file cannot be read, or is no JSON, or has no test cases
     */
    void forEach(Consumer<LimboCase> consumer) throws IOException {
        try (InputStream bytes = open();
                JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no JSON object (expected: x509-limbo's)");
            }
            boolean found = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("testcases") && value == JsonToken.START_ARRAY) {
                    found = true;
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        consumer.accept(new LimboCase(parser.<JsonNode>readValueAsTree()));
                    }
                } else {
                    parser.skipChildren();
                }
            }
            if (!found) {
                throw new IOException("no array \"testcases\" (expected: x509-limbo's JSON)");
            }
        }
    }

    private InputStream open() throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        return file.getFileName().toString().endsWith(".xz") ? new XZInputStream(bytes) : bytes;
    }
}

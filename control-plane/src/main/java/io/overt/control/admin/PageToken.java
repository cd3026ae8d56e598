package io.overt.control.admin;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a page of a list begins: after the key of the last thing of the page before. What comes or
 * goes meanwhile neither repeats nor hides anything else. The text is for us alone to read.
 */
final class PageToken {

    /** Some of a list, and the token of what follows; empty at its end. */
    record Page<T>(List<T> things, String next) {}

    /** What a key is for: a token of one list is none of another. */
    static String of(String list, String key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((list + "\n" + key).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The key that a token holds; none for the first page.
     *
     * @throws StatusRuntimeException when it is no token of this list
     */
    static Optional<String> read(String list, String token) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        try {
            var text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(token)))
                            .toString();
            if (text.startsWith(list + "\n")) {
                return Optional.of(text.substring(list.length() + 1));
            }
        } catch (IllegalArgumentException | CharacterCodingException _) {
            // Not of ours: said below, as of one that is of another list.
        }
        throw malformed();
    }

    /**
     * The page after a token, of a list in the order of its keys.
     *
     * @param size at most; 0 for all
     */
    static <T> Page<T> page(
            String list,
            List<T> sorted,
            Function<T, String> key,
            Comparator<String> order,
            int size,
            String token) {
        var after = read(list, token);
        var rest =
                sorted.stream()
                        .filter(
                                each ->
                                        after.isEmpty()
                                                || order.compare(key.apply(each), after.get()) > 0)
                        .toList();
        if (size == 0 || rest.size() <= Integer.toUnsignedLong(size)) {
            return new Page<>(rest, "");
        }
        var things = rest.subList(0, size);
        return new Page<>(things, of(list, key.apply(things.getLast())));
    }

    /** A key that is a number. */
    static long number(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException _) {
            throw malformed();
        }
    }

    static StatusRuntimeException malformed() {
        var detail = "page_token: none of this list (expected: next_page_token of a page before)";
        return RefusalTrailer.exception(
                Status.INVALID_ARGUMENT.withDescription(detail),
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                        .setSubject("page_token")
                        .setDetail(detail)
                        .build());
    }

    private PageToken() {}
}

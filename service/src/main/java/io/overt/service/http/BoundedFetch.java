package io.overt.service.http;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches by HTTP/1.1, bounded in bytes and in time from the first look-up to the last byte.
 * Follows no redirection and uses no proxy: what is fetched is where the operator said.
 * Thread-safe; blocks; whoever opens it closes it.
 */
public final class BoundedFetch implements AutoCloseable {

    /** What came of it. */
    public sealed interface Fetched {

        /** Status 200, and all of it. */
        @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
        record Body(byte[] bytes) implements Fetched {}

        /** Another status. */
        record Status(int code) implements Fetched {}

        /**
         * There was more.
         *
         * @param limit bytes that were taken at most
         */
        record TooLarge(int limit) implements Fetched {}

        /** No answer, or none in time; for people. */
        record Failed(String why) implements Fetched {}
    }

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .build();

    /**
     * Fetches.
     *
     * @param limit bytes of the body at most
     * @param deadline for all of it
     */
    public Fetched get(URI uri, int limit, Duration deadline) {
        CompletableFuture<HttpResponse<Fetched>> answer =
                client.sendAsync(
                        HttpRequest.newBuilder(uri).GET().build(),
                        head -> new Limited(head.statusCode(), limit));
        try {
            return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS).body();
        } catch (TimeoutException _) {
            answer.cancel(true); // ends the exchange, too
            return new Fetched.Failed("no whole answer in " + deadline);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Fetched.Failed(
                    cause.getMessage() == null ? cause.toString() : cause.getMessage());
        } catch (InterruptedException _) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Fetched.Failed("interrupted");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    /** Stops taking bytes at the limit. Its calls come one after the other. */
    private static final class Limited implements BodySubscriber<Fetched> {
        private final int status;
        private final int limit;
        private final CompletableFuture<Fetched> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable Subscription subscription;

        Limited(int status, int limit) {
            this.status = status;
            this.limit = limit;
        }

        @Override
        public CompletionStage<Fetched> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            if (status == 200) {
                subscription.request(Long.MAX_VALUE);
            } else {
                subscription.cancel();
                body.complete(new Fetched.Status(status));
            }
        }

        @Override
        public void onNext(List<ByteBuffer> items) {
            for (ByteBuffer item : items) {
                if (bytes.size() + item.remaining() > limit) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    body.complete(new Fetched.TooLarge(limit));
                    return;
                }
                byte[] part = new byte[item.remaining()];
                item.get(part);
                bytes.writeBytes(part);
            }
        }

        @Override
        public void onError(Throwable cause) {
            body.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            body.complete(new Fetched.Body(bytes.toByteArray()));
        }
    }
}

package io.overt.control.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of a method that says what the test has it say, over a real connection. */
class StreamAnswerTest {
    private static final FileDescriptor FILE = file();
    private final AtomicReference<StreamObserver<Message>> open = new AtomicReference<>();
    private final CountDownLatch opened = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private RestService rest;
    private Server server;
    private HttpClient client;

    @BeforeEach
    void start() {
        rest = new RestService(new RestRoutes(List.of(service())), Thread::startVirtualThread);
        server =
                Server.builder()
                        .port(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                SessionProtocol.HTTP)
                        .gracefulShutdownTimeoutMillis(0, 2_000)
                        .serviceUnder("/v1/", rest)
                        .build();
        server.start().join();
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        rest.close();
        client.close();
        // Its end is not waited for: the thread that accepts connections is quiet for two seconds.
        var _ = server.closeAsync();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void each_message_is_a_line(HttpClient.Version version) throws Exception {
        var answer = ask(version, "application/x-ndjson");
        say("one");
        say("two");
        stream().onCompleted();

        assertThat(answer.join().headers().firstValue("content-type"))
                .contains("application/x-ndjson");
        assertThat(answer.join().body()).isEqualTo("{\"text\":\"one\"}\n{\"text\":\"two\"}\n");
    }

    @Test
    void or_an_event_and_the_end_is_one_too() throws Exception {
        var answer = ask(HttpClient.Version.HTTP_2, "text/event-stream");
        say("one");
        stream().onCompleted();

        assertThat(answer.join().headers().firstValue("content-type"))
                .contains("text/event-stream");
        assertThat(answer.join().body())
                .isEqualTo("event: message\ndata: {\"text\":\"one\"}\n\nevent: end\ndata: {}\n\n");
    }

    @Test
    void what_fails_before_the_first_message_is_an_ordinary_problem() throws Exception {
        var answer = ask(HttpClient.Version.HTTP_2, "application/x-ndjson");
        stream().onError(Status.NOT_FOUND.withDescription("no such thing").asException());

        assertThat(answer.join().statusCode()).isEqualTo(404);
        assertThat(answer.join().body()).contains("/docs/#problem-not-found", "no such thing");
    }

    @Test
    void what_fails_later_is_the_last_line() throws Exception {
        var answer = ask(HttpClient.Version.HTTP_2, "application/x-ndjson");
        say("one");
        stream().onError(Status.ABORTED.withDescription("it is over").asException());

        var lines = answer.join().body().split("\n", -1);
        assertThat(answer.join().statusCode()).isEqualTo(200);
        assertThat(lines).hasSize(3);
        assertThat(lines[1]).startsWith("{\"problem\":{").contains("/docs/#problem-conflict");
    }

    @ParameterizedTest
    @EnumSource(StreamAnswer.Framing.class)
    void a_server_that_stops_ends_streams_with_a_word(StreamAnswer.Framing framing)
            throws Exception {
        var answer = ask(HttpClient.Version.HTTP_1_1, framing.type().toString());
        say("one");

        rest.close();

        assertThat(answer.get(10, TimeUnit.SECONDS).body()).contains("/docs/#problem-unavailable");
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoever_leaves_ends_the_call() throws Exception {
        try (var leaving = HttpClient.newHttpClient()) {
            var answer =
                    leaving.sendAsync(request("text/event-stream"), BodyHandlers.ofInputStream());
            assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
            say("one");
            answer.get(10, TimeUnit.SECONDS).body().close();
            leaving.shutdownNow();

            assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_type_that_a_stream_does_not_have_is_refused() throws Exception {
        var answer = client.send(request("application/json"), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(answer.body()).contains("application/x-ndjson or text/event-stream");
    }

    private CompletableFuture<HttpResponse<String>> ask(HttpClient.Version version, String accept)
            throws Exception {
        var answer =
                client.sendAsync(
                        HttpRequest.newBuilder(request(accept), (_, _) -> true)
                                .version(version)
                                .build(),
                        BodyHandlers.ofString());
        assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
        return answer;
    }

    private HttpRequest request(String accept) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "http://localhost:" + server.activeLocalPort() + "/v1/words:watch"))
                .header("accept", accept)
                .build();
    }

    private StreamObserver<Message> stream() {
        return Objects.requireNonNull(open.get());
    }

    private void say(String text) {
        var type = FILE.findMessageTypeByName("Word");
        stream()
                .onNext(
                        DynamicMessage.newBuilder(type)
                                .setField(type.findFieldByName("text"), text)
                                .build());
    }

    private ServerServiceDefinition service() {
        var type = FILE.findMessageTypeByName("Word");
        var marshaller = ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(type));
        var method =
                MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder(marshaller, marshaller)
                        .setType(MethodType.SERVER_STREAMING)
                        .setFullMethodName("test.Words/Watch")
                        .setSchemaDescriptor(new Supplier())
                        .build();
        return ServerServiceDefinition.builder("test.Words")
                .addMethod(
                        method,
                        ServerCalls.asyncServerStreamingCall(
                                (_, observer) -> {
                                    ((ServerCallStreamObserver<DynamicMessage>) observer)
                                            .setOnCancelHandler(cancelled::countDown);
                                    open.set(new Widened(observer));
                                    opened.countDown();
                                }))
                .build();
    }

    /** Takes what the test says. */
    private record Widened(StreamObserver<DynamicMessage> observer)
            implements StreamObserver<Message> {
        @Override
        public void onNext(Message message) {
            observer.onNext((DynamicMessage) message);
        }

        @Override
        public void onError(Throwable failure) {
            observer.onError(failure);
        }

        @Override
        public void onCompleted() {
            observer.onCompleted();
        }
    }

    /** As generated code has it. */
    private static final class Supplier implements ProtoMethodDescriptorSupplier {
        @Override
        public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
            return getServiceDescriptor().findMethodByName("Watch");
        }

        @Override
        public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
            return getFileDescriptor().findServiceByName("Words");
        }

        @Override
        public FileDescriptor getFileDescriptor() {
            return FILE;
        }
    }

    private static FileDescriptor file() {
        var options =
                MethodOptions.newBuilder()
                        .setExtension(
                                AnnotationsProto.http,
                                HttpRule.newBuilder().setGet("/v1/words:watch").build());
        var file =
                FileDescriptorProto.newBuilder()
                        .setName("words.proto")
                        .setPackage("test")
                        .setSyntax("proto3")
                        .addMessageType(
                                DescriptorProto.newBuilder()
                                        .setName("Word")
                                        .addField(
                                                FieldDescriptorProto.newBuilder()
                                                        .setName("text")
                                                        .setJsonName("text")
                                                        .setNumber(1)
                                                        .setType(
                                                                FieldDescriptorProto.Type
                                                                        .TYPE_STRING)))
                        .addService(
                                ServiceDescriptorProto.newBuilder()
                                        .setName("Words")
                                        .addMethod(
                                                MethodDescriptorProto.newBuilder()
                                                        .setName("Watch")
                                                        .setInputType(".test.Word")
                                                        .setOutputType(".test.Word")
                                                        .setServerStreaming(true)
                                                        .setOptions(options)))
                        .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new AssertionError(e);
        }
    }
}

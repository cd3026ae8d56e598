package io.overt.control.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.access.Authenticator.Authentication;
import io.overt.control.access.oidc.People;
import io.overt.control.access.oidc.ProviderSettings;
import io.overt.control.audit.AuditTrail;
import io.overt.control.store.AuditRow;
import io.overt.control.store.AuditStore;
import io.overt.control.store.Database;
import io.overt.control.store.SessionStore;
import io.overt.control.store.TestStore;
import io.overt.control.store.TestStores;
import io.overt.proto.control.v1.AccessProto;
import io.overt.proto.control.v1.AccessRule;
import io.overt.proto.control.v1.AccessSpan;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.ListPiecesGrpc;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import io.overt.testkit.oidc.TestProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every method that a control plane serves, by every role and by whoever has none: let in or
 * refused as the method's option says, and audited. Methods are taken from a running control plane,
 * so those that come later are in here on the day that they are served.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessMatrixTest {
    private static final Metadata.Key<String> WHO =
            Metadata.Key.of("who", Metadata.ASCII_STRING_MARSHALLER);
    private static final Map<String, Principal> CALLERS = callers();

    /** Services for a role of certificates alone, and for nobody's grants. */
    private static final Set<String> EDGES_OWN =
            Set.of(EdgeControlGrpc.SERVICE_NAME, ListPiecesGrpc.SERVICE_NAME);

    private TestControlPlane plane;
    private List<MethodDescriptor<?, ?>> methods = List.of();
    private TestProvider provider;
    private People people;
    private TestStore own;
    private Database database;
    private AuditStore store;
    private Server server;
    private io.grpc.ManagedChannel channel;

    /** The gate with methods that answer at once whatever they are asked. */
    @BeforeAll
    void serve(@TempDir Path folder) throws Exception {
        // Nobody is granted anything there: whoever calls it is refused.
        plane =
                new TestControlPlane(
                        new TestControlConfig(Files.createDirectory(folder.resolve("plane")))
                                .with("access: {grants: []}"));
        methods =
                plane.running().rpcMethods().stream()
                        .filter(method -> !EDGES_OWN.contains(method.getServiceName()))
                        .toList();
        provider = new TestProvider();
        own = TestStores.configured().makeWithTables();
        database = own.open();
        store = new AuditStore(database);
        var meters = new SimpleMeterRegistry();
        people = people(meters);
        var gate =
                new AccessGate(
                        people.authenticator(
                                Grants.everyOperator(), AccessMatrixTest::authenticate),
                        new AccessTrail(
                                new AuditTrail(
                                        store, "overt://hq/control/c1", Clock.systemUTC(), meters),
                                Clock.systemUTC(),
                                meters));
        var builder =
                NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        methods.stream()
                .collect(Collectors.groupingBy(MethodDescriptor::getServiceName))
                .forEach(
                        (name, each) ->
                                builder.addService(
                                        ServerInterceptors.intercept(service(name, each), gate)));
        server = builder.build().start();
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build();
    }

    @AfterAll
    void stop() throws Exception {
        channel.shutdownNow();
        server.shutdownNow();
        people.close();
        provider.close();
        database.close();
        own.remove();
        plane.close();
    }

    @Test
    void there_are_methods_to_be_tested() {
        assertThat(methods)
                .extracting(MethodDescriptor::getFullMethodName)
                .contains(
                        "overt.control.v1.PolicyAdmin/Publish",
                        "overt.control.v1.ExclusionAdmin/RuleExclusion",
                        "overt.control.v1.AuditAdmin/ExportRecords");
    }

    /** A row for each method; a method that comes later is printed as it belongs there. */
    @Test
    void the_table_in_the_documentation_is_what_the_options_say() throws Exception {
        var rows =
                Files.readAllLines(Path.of("../docs/access.md")).stream()
                        .filter(line -> line.startsWith("| `") && line.contains("/"))
                        .toList();
        assertThat(rows)
                .as("docs/access.md")
                .containsExactlyElementsOf(
                        methods.stream().map(AccessMatrixTest::row).sorted().toList());
    }

    private static String row(MethodDescriptor<?, ?> method) {
        var option = option(method);
        var cells = new StringBuilder("| `");
        cells.append(method.getFullMethodName().substring("overt.control.v1.".length()));
        cells.append("` |");
        for (var role : AccessRole.values()) {
            cells.append(mayCall(option, role) == Expected.LET_IN ? " yes |" : "  |");
        }
        var about =
                switch (option.getSpan()) {
                    case ACCESS_SPAN_SITE -> "site";
                    case ACCESS_SPAN_ANY -> "any";
                    case ACCESS_SPAN_FLEET, ACCESS_SPAN_UNSPECIFIED, UNRECOGNIZED -> "fleet";
                };
        return cells + " " + about + (option.getAct() ? " | act |" : " |  |");
    }

    @TestFactory
    Stream<DynamicTest> every_method_says_who_may_call_it() {
        return each(
                method -> {
                    assertThat(descriptor(method).getOptions().hasExtension(AccessProto.access))
                            .as("the option overt.control.v1.access")
                            .isTrue();
                    assertThat(Rule.of(method)).as("a rule that makes sense").isPresent();
                    assertThat(method.getType().clientSendsOneMessage())
                            .as("one request, so that what is asked is known before anything runs")
                            .isTrue();
                });
    }

    @TestFactory
    Stream<DynamicTest> every_role_is_let_in_or_refused_as_the_option_says() {
        return each(
                method -> {
                    for (var role : AccessRole.values()) {
                        var may = mayCall(option(method), role);
                        calls(method, role.text(), request(method, ""), may);
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> nobody_is_let_in_who_is_not_known_or_has_no_role() {
        return each(
                method -> {
                    calls(method, "unknown", request(method, ""), Expected.UNKNOWN);
                    calls(method, "no-role", request(method, ""), Expected.REFUSED);
                    calls(method, "edge", request(method, ""), Expected.REFUSED);
                });
    }

    @TestFactory
    Stream<DynamicTest> a_token_that_has_expired_opens_nothing() {
        var late = provider.claims("ann-1");
        late.expirationTime(Date.from(Instant.now().minusSeconds(60)));
        var token = TestProvider.sign(late.build(), provider.key());
        return each(
                method -> {
                    long before = store.head().sequence();
                    var headers = new Metadata();
                    headers.put(
                            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                            "Bearer " + token);
                    var failure = failure(with(headers), method, request(method, ""));
                    refused(
                            method.getFullMethodName(),
                            failure,
                            Status.Code.UNAUTHENTICATED,
                            store.from(before + 1, 10));
                    assertThat(store.from(before + 1, 1).getFirst().line())
                            .contains("a token that does not hold: expired at ");
                });
    }

    @TestFactory
    Stream<DynamicTest> a_role_for_one_site_reaches_no_further() {
        return each(
                method -> {
                    var caller = "all-of-hq";
                    var span = option(method).getSpan();
                    var everywhere =
                            span == AccessSpan.ACCESS_SPAN_ANY ? Expected.LET_IN : Expected.REFUSED;
                    calls(method, caller, request(method, ""), everywhere);
                    if (span == AccessSpan.ACCESS_SPAN_SITE) {
                        calls(method, caller, request(method, "hq"), Expected.LET_IN);
                        calls(method, caller, request(method, "lab"), Expected.REFUSED);
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> and_the_process_itself_refuses_every_certificate_without_a_grant()
            throws Exception {
        Map<String, Channel> callers =
                Map.of(
                        "overt://hq/edge/mallory", plane.channel("edge", "mallory"),
                        "overt://hq/operator/mallory", plane.channel("operator", "mallory"));
        return each(
                method -> {
                    for (var caller : callers.entrySet()) {
                        var failure = failure(caller.getValue(), method, request(method, ""));
                        assertThat(failure.map(StatusRuntimeException::getStatus).orElseThrow())
                                .extracting(Status::getCode)
                                .isEqualTo(Status.Code.PERMISSION_DENIED);
                        assertThat(refusals(caller.getKey(), method.getFullMethodName()))
                                .as("and it is in the trail")
                                .isEqualTo(1);
                    }
                });
    }

    // ---- what the tests above are made of

    private int refusals(String actor, String method) throws SQLException {
        try (var connection = plane.store().connect();
                var query =
                        connection.prepareStatement(
                                "SELECT count(*) FROM audit_record WHERE kind = 'refusal' AND actor = ? AND method = ?")) {
            query.setString(1, actor);
            query.setString(2, method);
            try (var found = query.executeQuery()) {
                return found.next() ? found.getInt(1) : 0;
            }
        }
    }

    private enum Expected {
        LET_IN,
        REFUSED,
        UNKNOWN
    }

    private void calls(
            MethodDescriptor<?, ?> method, String who, Message request, Expected expected) {
        long before = store.head().sequence();
        var headers = new Metadata();
        headers.put(WHO, who);
        var failure = failure(with(headers), method, request);
        var written = store.from(before + 1, 10);
        var name = who + " calls " + method.getFullMethodName();
        switch (expected) {
            case LET_IN -> {
                assertThat(failure).as(name).isEmpty();
                assertThat(written)
                        .as(name)
                        .extracting(row -> row.fields().kind(), row -> row.fields().outcome())
                        .containsExactlyElementsOf(
                                option(method).getAct()
                                        ? List.of(
                                                org.assertj.core.groups.Tuple.tuple(
                                                        "intent", "pending"),
                                                org.assertj.core.groups.Tuple.tuple(
                                                        "outcome", "OK"))
                                        : List.of());
            }
            case REFUSED -> refused(name, failure, Status.Code.PERMISSION_DENIED, written);
            case UNKNOWN -> refused(name, failure, Status.Code.UNAUTHENTICATED, written);
        }
        assertThat(written)
                .as(name)
                .allSatisfy(
                        row -> {
                            assertThat(row.fields().method()).isEqualTo(method.getFullMethodName());
                            assertThat(row.fields().actor())
                                    .isEqualTo(
                                            expected == Expected.UNKNOWN
                                                    ? "nobody"
                                                    : "oidc:" + who);
                        });
    }

    private static void refused(
            String name,
            Optional<StatusRuntimeException> failure,
            Status.Code code,
            List<AuditRow> written) {
        assertThat(failure.map(each -> each.getStatus().getCode())).as(name).hasValue(code);
        assertThat(failure.flatMap(RefusalTrailer::from).map(each -> each.getReason()))
                .as(name)
                .hasValue(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED);
        assertThat(written)
                .as(name)
                .extracting(row -> row.fields().kind(), row -> row.fields().outcome())
                .containsExactly(org.assertj.core.groups.Tuple.tuple("refusal", code.name()));
    }

    private Channel with(Metadata headers) {
        return io.grpc.ClientInterceptors.intercept(
                channel, io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** By a token where there is one, as in the process; else by what the test says. */
    private People people(MeterRegistry meters) {
        var clock = Clock.systemUTC();
        return People.open(
                ProviderSettings.of(provider.issuer()),
                new SessionStore(database),
                new AccessTrail(
                        new AuditTrail(store, "overt://hq/control/c1", clock, meters),
                        clock,
                        meters),
                clock);
    }

    private interface Check {
        void on(MethodDescriptor<?, ?> method) throws Exception;
    }

    private Stream<DynamicTest> each(Check check) {
        return methods.stream()
                .map(
                        method ->
                                DynamicTest.dynamicTest(
                                        method.getFullMethodName(), () -> check.on(method)));
    }

    /** By the option itself, not by the code that is tested. */
    private static Expected mayCall(AccessRule option, AccessRole role) {
        return option.getRolesList().stream()
                        .anyMatch(each -> each.name().equals("ACCESS_ROLE_" + role.name()))
                ? Expected.LET_IN
                : Expected.REFUSED;
    }

    private static AccessRule option(MethodDescriptor<?, ?> method) {
        return descriptor(method).getOptions().getExtension(AccessProto.access);
    }

    private static com.google.protobuf.Descriptors.MethodDescriptor descriptor(
            MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    }

    private static Message request(MethodDescriptor<?, ?> method, String site) {
        var type = descriptor(method).getInputType();
        var request = DynamicMessage.newBuilder(type);
        if (!site.isEmpty()) {
            var name = option(method).getSiteField();
            FieldDescriptor field = type.findFieldByName(name.isEmpty() ? "site" : name);
            if (field.isRepeated()) {
                request.addRepeatedField(field, site);
            } else {
                request.setField(field, site);
            }
        }
        return parsed(method, request.build());
    }

    @SuppressWarnings("unchecked")
    private static Message parsed(MethodDescriptor<?, ?> method, Message dynamic) {
        return ((MethodDescriptor<Message, Message>) method)
                .parseRequest(dynamic.toByteString().newInput());
    }

    @SuppressWarnings("unchecked")
    private static Optional<StatusRuntimeException> failure(
            Channel channel, MethodDescriptor<?, ?> method, Message request) {
        var asked = (MethodDescriptor<Message, Message>) method;
        try {
            if (method.getType().serverSendsOneMessage()) {
                ClientCalls.blockingUnaryCall(channel, asked, CallOptions.DEFAULT, request);
            } else {
                ClientCalls.blockingServerStreamingCall(
                                channel, asked, CallOptions.DEFAULT, request)
                        .forEachRemaining(_ -> {});
            }
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return Optional.of(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static ServerServiceDefinition service(
            String name, List<MethodDescriptor<?, ?>> methods) {
        var service = ServerServiceDefinition.builder(name);
        for (var each : methods) {
            var method = (MethodDescriptor<Message, Message>) each;
            var answer = DynamicMessage.getDefaultInstance(descriptor(method).getOutputType());
            var typed = method.parseResponse(answer.toByteString().newInput());
            if (method.getType().serverSendsOneMessage()) {
                service.addMethod(
                        method,
                        ServerCalls.asyncUnaryCall(
                                (_, observer) -> {
                                    observer.onNext(typed);
                                    observer.onCompleted();
                                }));
            } else {
                service.addMethod(
                        method,
                        ServerCalls.asyncServerStreamingCall(
                                (_, observer) -> {
                                    observer.onNext(typed);
                                    observer.onCompleted();
                                }));
            }
        }
        return service.build();
    }

    private static Authentication authenticate(ServerCall<?, ?> call, Metadata headers) {
        var who = String.valueOf(headers.get(WHO));
        return Optional.ofNullable(CALLERS.get(who))
                .<Authentication>map(Authentication.Known::new)
                .orElseGet(() -> new Authentication.Unknown("nobody knows " + who));
    }

    private static Map<String, Principal> callers() {
        var all =
                Arrays.stream(AccessRole.values())
                        .collect(Collectors.toMap(Function.identity(), _ -> hq()));
        return Stream.of(
                        Arrays.stream(AccessRole.values())
                                .map(role -> caller(role.text(), Map.of(role, new Reach.Fleet()))),
                        Stream.of(
                                caller("no-role", Map.of()),
                                caller("edge", Map.of()),
                                caller("all-of-hq", all)))
                .flatMap(Function.identity())
                .collect(
                        Collectors.toMap(
                                each -> each.name().substring("oidc:".length()),
                                Function.identity()));
    }

    private static Reach hq() {
        return new Reach.Sites(Set.of("hq"));
    }

    private static Principal caller(String name, Map<AccessRole, Reach> roles) {
        return new Principal(
                Principal.Kind.PERSON, "oidc:" + name, name, Principal.How.TOKEN, roles);
    }
}

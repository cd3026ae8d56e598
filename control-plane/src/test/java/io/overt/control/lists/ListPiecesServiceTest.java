package io.overt.control.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.store.Database;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.WithStore;
import io.overt.policy.HostPattern;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListCompiler;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.control.v1.FetchPiecesRequest;
import io.overt.proto.control.v1.ListPiecesGrpc;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.rpc.FleetChannel;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pieces by real gRPC over mutual TLS. */
@WithStore
class ListPiecesServiceTest {
    private static final String DOCUMENT =
            """
            policy: corporate
            rules:
              - { name: bad, when: { list: bad }, then: block }
              - { name: default, then: inspect }
            lists: { bad: { file: bad.txt } }
            """;

    @TempDir Path folder;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final CompiledList published = list(30_000);
    private ListStore store;
    private ManagedChannel edge;
    private ManagedChannel operator;

    @BeforeEach
    void publish(Database database) throws Exception {
        store = new ListStore(database);
        var lists =
                keep(
                        Lists.open(
                                ListsConfig.defaults(folder.resolve("lists")),
                                store,
                                Clock.systemUTC(),
                                new Random(1),
                                meters));
        var publisher =
                new PolicyPublisher(
                        new PolicyStore(database),
                        lists.desk(),
                        PolicySigningKey.create(folder.resolve("policy.key")),
                        Clock.systemUTC(),
                        new PublicationLimits(1 << 24, 1),
                        meters,
                        _ -> {});
        publisher.publish(
                List.of(
                        file("policy.yaml", DOCUMENT),
                        file("bad.txt", String.join("\n", names(30_000)))),
                new FleetIdentity("hq", Role.OPERATOR, "alice").uri());
        var fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        var server =
                keep(
                        FleetServer.start(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                tls(fleet, "control", "c"),
                                1 << 20,
                                meters,
                                List.of(
                                        new GatedService(
                                                lists.pieces(),
                                                RoleGate.allow(Set.of(Role.EDGE))))));
        edge = channel(server, tls(fleet, "edge", "e"));
        operator = channel(server, tls(fleet, "operator", "o"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void an_edge_gets_the_pieces_of_a_published_list_in_the_order_it_asks() {
        var tree = published.tree();
        var pages = tree.pagesOf(0);

        assertThat(pieces(tree.id(), List.of(tree.id()))).containsExactly(tree.root());
        assertThat(pieces(tree.id(), tree.groups())).startsWith(tree.group(0));
        var reversed = pages.reversed();
        var answers = pieces(tree.id(), reversed);
        for (int i = 0; i < reversed.size(); i++) {
            assertThat(Digest.of(answers.get(i))).isEqualTo(reversed.get(i));
        }
        assertThat(meters.get("overt.control.list.pieces").counter().count())
                .isEqualTo(1 + tree.groups().size() + pages.size());
        assertThat(meters.get("overt.control.list.calls").gauge().value()).isZero();
    }

    @Test
    void what_no_published_version_names_is_given_to_nobody() {
        var other = list(10);
        store.put(other, Clock.systemUTC().instant());

        assertThatThrownBy(() -> pieces(other.tree().id(), List.of(other.tree().id())))
                .hasMessageContaining("NOT_FOUND")
                .hasMessageContaining("no published version that is kept names it");
        // Nor by asking for it as if it were of another one.
        assertThatThrownBy(() -> pieces(published.tree().id(), List.of(other.tree().id())))
                .hasMessageContaining("NOT_FOUND");
    }

    @Test
    void what_is_no_digest_and_too_many_of_them_are_refused() {
        assertThatThrownBy(
                        () ->
                                drain(
                                        ListPiecesGrpc.newBlockingStub(edge)
                                                .fetchPieces(
                                                        FetchPiecesRequest.newBuilder()
                                                                .setList(
                                                                        ByteString.copyFromUtf8(
                                                                                "short"))
                                                                .build())))
                .hasMessageContaining("INVALID_ARGUMENT")
                .hasMessageContaining("a digest of 5 bytes (expected: 32, a SHA-256)");
        var tree = published.tree();
        assertThatThrownBy(
                        () ->
                                pieces(
                                        tree.id(),
                                        IntStream.range(0, 5_000)
                                                .mapToObj(_ -> tree.id())
                                                .toList()))
                .hasMessageContaining("5000 pieces (expected: at most 4096)");
    }

    @Test
    void nobody_but_an_edge_gets_any() {
        var id = ByteString.copyFrom(published.tree().id().octets());

        assertThatThrownBy(
                        () ->
                                drain(
                                        ListPiecesGrpc.newBlockingStub(operator)
                                                .fetchPieces(
                                                        FetchPiecesRequest.newBuilder()
                                                                .setList(id)
                                                                .addPieces(id)
                                                                .build())))
                .hasMessageContaining("PERMISSION_DENIED");
    }

    private List<byte[]> pieces(Digest list, List<Digest> wanted) {
        var request = FetchPiecesRequest.newBuilder().setList(ByteString.copyFrom(list.octets()));
        wanted.forEach(each -> request.addPieces(ByteString.copyFrom(each.octets())));
        return drain(ListPiecesGrpc.newBlockingStub(edge).fetchPieces(request.build())).stream()
                .map(piece -> piece.getContent().toByteArray())
                .toList();
    }

    private static <T> List<T> drain(Iterator<T> answers) {
        var all = new ArrayList<T>();
        answers.forEachRemaining(all::add);
        return all;
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "h" + Integer.toUnsignedString(i * 0x9e3779b1, 36) + ".example")
                .toList();
    }

    private static CompiledList list(int count) {
        var compiler = new ListCompiler(Arena.ofAuto());
        names(count).forEach(name -> compiler.add(HostPattern.parse(name).orElseThrow()));
        return switch (CompiledList.open(compiler.compile().file())) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }

    private static BundleFile file(String path, String content) {
        return BundleFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFromUtf8(content))
                .build();
    }

    private ManagedChannel channel(FleetServer server, FleetTls tls) {
        var channel =
                FleetChannel.to(server.address(), tls, ExpectedPeer.of(Role.CONTROL), 1 << 20);
        open.add(channel::shutdownNow);
        return channel;
    }

    private FleetTls tls(TestFleet fleet, String role, String name) throws Exception {
        var files = fleet.issue(role, name);
        return keep(
                new FleetTls(
                        new FleetFiles(
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors())));
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}

package io.overt.edge.site;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.SiteClusterConfig.Embedded;
import io.overt.edge.site.SiteClusterConfig.Member;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Edges of one site in one process, each with its own identity, member and mesh, on loopback
 * addresses of its own.
 */
public final class TestEdges implements AutoCloseable {
    private final TestFleet fleet;
    private final MemberNetwork network;
    private final List<Member> members = new ArrayList<>();
    private final int meshPort;
    private final int peerPort;
    private final Deque<Runnable> closers = new ArrayDeque<>();

    /** A site {@code lab} of edges of these names; nothing runs yet. */
    public TestEdges(Path directory, MemberNetwork network, String... names) throws IOException {
        this.fleet = TestPki.fleet(directory, "lab");
        this.network = network;
        this.meshPort = freePort();
        this.peerPort = freePort();
        int memberPort = freePort();
        for (String name : names) {
            int number = members.size() + 1;
            members.add(new Member(name, number, address(number, memberPort)));
        }
    }

    public TestFleet fleet() {
        return fleet;
    }

    /** The identity of a process of this fleet; closed with this. */
    public FleetTls tls(TestFleet of, String role, String name) throws FleetIdentityException {
        PemFiles files = of.issue(role, name);
        FleetTls tls =
                new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        closers.push(tls::close);
        return tls;
    }

    public FleetTls tls(String name) throws FleetIdentityException {
        return tls(fleet, "edge", name);
    }

    public Embedded config(String name) {
        InetSocketAddress peer = peer(name);
        return new Embedded(
                network,
                members,
                1,
                meshPort,
                peer,
                peer,
                // A test on a busy machine is about what is found, not about how fast.
                Duration.ofSeconds(5),
                Duration.ofMinutes(2));
    }

    InetSocketAddress peer(String name) {
        return address(member(name).number(), peerPort);
    }

    Member member(String name) {
        return members.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    /** A started edge, without the forge; closed with this. */
    Site start(String name, LeafKeyEnrolment enrolment, MeterRegistry meters) throws Exception {
        Site site =
                new Site(
                        config(name),
                        tls(name),
                        enrolment,
                        InstantSource.system(),
                        Ticker.systemTicker(),
                        new SecureRandom(),
                        meters);
        closers.push(site::close);
        site.start();
        return site;
    }

    public Site start(String name, LeafKeyEnrolment enrolment) throws Exception {
        return start(name, enrolment, new SimpleMeterRegistry());
    }

    /** To be closed with this, before what was made earlier. */
    public void closing(Runnable close) {
        closers.push(close);
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }

    /**
     * Every edge has an address of its own, so that all can use the same ports, as on hosts of
     * their own.
     */
    private static InetSocketAddress address(int number, int port) {
        return new InetSocketAddress("127.79.0." + number, port);
    }

    /** A port that was free a moment ago. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

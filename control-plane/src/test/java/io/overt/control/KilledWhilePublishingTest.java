package io.overt.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.lists.Lists;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.publish.Publication;
import io.overt.control.store.Database;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.TestStore;
import io.overt.control.store.TestStores;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.testkit.postgres.TestPostgres;
import io.overt.testkit.postgres.TestPostgres.Sync;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was answered is there after {@code kill -9}, and nothing is there by half. A hundred rounds:
 * {@code -Dovert.kill.rounds=100}.
 */
class KilledWhilePublishingTest {
    private static final int ROUNDS = Integer.getInteger("overt.kill.rounds", 2);
    private static final String POLICY =
            """
            policy: corporate
            rules:
              - name: health
                when: {list: health}
                then: splice
              - name: default
                then: block
            lists:
              health: {file: health.txt}
            """;

    @TempDir Path folder;

    @Test
    void what_was_answered_on_sqlite_is_there_afterwards() throws Exception {
        var store = TestStores.SQLITE.make();
        try {
            killAgainAndAgain(store);
        } finally {
            store.remove();
        }
    }

    @Test
    void what_was_answered_on_postgresql_is_there_afterwards() throws Exception {
        try (var server = TestPostgres.start(Sync.ON)) {
            killAgainAndAgain(TestStores.on(server));
        }
    }

    private void killAgainAndAgain(TestStore store) throws Exception {
        PolicySigningKey.create(folder.resolve("key"));
        var config = Files.writeString(folder.resolve("store.yaml"), store.yaml());
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            long answered = 0;
            try (var child =
                    Child.start(
                            Publishing.class,
                            config.toString(),
                            folder.resolve("key").toString())) {
                int after = 1 + random.nextInt(30);
                for (int i = 0; i < after; i++) {
                    answered = Long.parseLong(child.next("published").orElseThrow());
                }
                child.kill();
                for (var more = child.next("published");
                        more.isPresent();
                        more = child.next("published")) {
                    answered = Long.parseLong(more.get());
                }
            }
            try (var database = store.open()) {
                requireWhole(
                        new PolicyStore(database), answered, "seed " + seed + ", round " + round);
            }
        }
    }

    private static void requireWhole(PolicyStore policies, long answered, String when)
            throws Exception {
        var newest = policies.newest().orElseThrow();
        assertThat(newest.version()).as(when).isBetween(answered, answered + 1);
        assertThat(policies.list(1_000_000)).as(when).hasSize((int) newest.version());
        var manifest = BundleManifest.parseFrom(newest.bundle().getManifest());
        assertThat(manifest.getVersion()).as(when).isEqualTo(newest.version());
        for (int i = 0; i < manifest.getFilesCount(); i++) {
            assertThat(
                            PolicySignature.sha256(
                                    newest.bundle().getFiles(i).getContent().toByteArray()))
                    .as(when)
                    .isEqualTo(manifest.getFiles(i).getSha256().toByteArray());
        }
    }

    /** Publishes one version after the other, and says so after each. */
    static final class Publishing {
        public static void main(String[] args) throws Exception {
            var config = StoreConfig.read(ConfigFile.read(Path.of(args[0])).section("store"));
            var database = Database.open(config);
            var publisher =
                    new PolicyPublisher(
                            new PolicyStore(database),
                            Lists.open(
                                            ListsConfig.defaults(
                                                    Path.of(args[1]).resolveSibling("lists")),
                                            new ListStore(database),
                                            Clock.systemUTC(),
                                            new Random(1),
                                            new SimpleMeterRegistry())
                                    .desk(),
                            PolicySigningKey.read(Path.of(args[1])),
                            Clock.systemUTC(),
                            new PublicationLimits(1 << 20, 1),
                            new SimpleMeterRegistry(),
                            _ -> {});
            var alice = new FleetIdentity("hq", Role.OPERATOR, "alice").uri();
            long next = publisher.newest().map(SignedVersion::version).orElse(0L) + 1;
            while (true) {
                var published =
                        publisher.publish(
                                List.of(
                                        file("policy.yaml", POLICY),
                                        file("health.txt", "host-" + next + ".example\n")),
                                alice);
                next =
                        switch (published) {
                            case Publication.Published(var version, _) -> version.version() + 1;
                            case Publication.Unchanged _,
                                    Publication.Rejected _,
                                    Publication.Stale _ ->
                                    throw new IllegalStateException(published.toString());
                        };
                System.out.println("published " + (next - 1));
            }
        }

        private static BundleFile file(String path, String content) {
            return BundleFile.newBuilder()
                    .setPath(path)
                    .setContent(ByteString.copyFromUtf8(content))
                    .build();
        }
    }
}

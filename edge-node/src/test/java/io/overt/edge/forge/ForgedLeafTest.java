package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who holds the native credential when; the suite runs with Netty's paranoid leak detection
 * besides.
 */
class ForgedLeafTest {
    private final TestPki pki = TestPki.create();
    private final TestIdentity host = pki.leaf("www.example.com");
    private SslContext context;

    @BeforeEach
    void makeContext() throws Exception {
        TestIdentity fallback = pki.leaf("fallback.invalid");
        context = TestLeaves.serverContext(fallback.certificate(), fallback.privateKey());
    }

    @AfterEach
    void releaseContext() {
        ReferenceCountUtil.release(context);
    }

    @Test
    void a_shared_context_serves_each_connection_its_own_leaf() throws Exception {
        try (ForgedLeaf one = leaf(host);
                ForgedLeaf two = leaf(pki.leaf("www.example.org"))) {
            assertThat(TestLeaves.handshake(one, pki.anchor(), "www.example.com"))
                    .isEqualTo(one.certificate());
            assertThat(TestLeaves.handshake(two, pki.anchor(), "www.example.org"))
                    .isEqualTo(two.certificate());
        }
    }

    @Test
    void the_cache_and_each_engine_hold_one_reference() throws Exception {
        ForgedLeaf leaf = leaf(host);
        OpenSslCredential credential = leaf.credentialForTest();
        assertThat(credential.refCnt()).isEqualTo(1);
        var first = engine();
        var second = engine();
        leaf.attachTo(first);
        leaf.attachTo(second);
        assertThat(credential.refCnt()).isEqualTo(3);
        leaf.close();
        leaf.close();
        assertThat(credential.refCnt()).isEqualTo(2);
        first.release();
        second.release();
        assertThat(credential.refCnt()).isZero();
    }

    @Test
    void a_leaf_that_was_closed_still_serves_and_frees_what_it_made_for_it() throws Exception {
        ForgedLeaf leaf = leaf(host);
        leaf.close();
        assertThat(TestLeaves.handshake(leaf, pki.anchor(), "www.example.com"))
                .isEqualTo(leaf.certificate());
    }

    @Test
    void closing_while_connections_attach_neither_fails_nor_leaks() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 200; round++) {
                ForgedLeaf leaf = leaf(host);
                OpenSslCredential credential = leaf.credentialForTest();
                CyclicBarrier together = new CyclicBarrier(4);
                List<Future<?>> runs = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    runs.add(
                            threads.submit(
                                    () -> {
                                        var engine = engine();
                                        together.await();
                                        leaf.attachTo(engine);
                                        engine.release();
                                        return true;
                                    }));
                }
                runs.add(
                        threads.submit(
                                () -> {
                                    together.await();
                                    leaf.close();
                                    return true;
                                }));
                for (Future<?> run : runs) {
                    run.get();
                }
                assertThat(credential.refCnt()).isZero();
            }
        }
    }

    private ReferenceCountedOpenSslEngine engine() {
        return (ReferenceCountedOpenSslEngine) context.newEngine(PooledByteBufAllocator.DEFAULT);
    }

    private static ForgedLeaf leaf(TestIdentity identity) throws Exception {
        return ForgedLeaf.of(identity.chain(), identity.privateKey());
    }
}

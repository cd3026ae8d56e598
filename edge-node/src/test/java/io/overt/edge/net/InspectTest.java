package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;

class InspectTest {
    static final String INSPECT = "rules:\n  - {name: default, then: inspect}\n";

    @Test
    void a_client_meets_a_forged_leaf_with_the_origins_names() throws Exception {
        try (var bench = new Bench(INSPECT)) {
            var identity = Bench.PKI.leaf("www.example.test");
            try (var upstream =
                            MisbehavingUpstream.that(
                                    TlsManner.with(identity)
                                            .alpn("h2", "http/1.1")
                                            .speaking(
                                                    tls ->
                                                            tls.getInputStream()
                                                                    .transferTo(
                                                                            tls
                                                                                    .getOutputStream())));
                    var client =
                            Clients.tls(
                                    bench.connectTo(upstream.address()),
                                    bench.forge.anchor(),
                                    "www.example.test",
                                    "h2",
                                    "http/1.1")) {
                client.startHandshake();
                assertThat(client.getApplicationProtocol()).isEqualTo("h2");
                X509Certificate met =
                        (X509Certificate) client.getSession().getPeerCertificates()[0];
                assertThat(met.getSubjectX500Principal())
                        .isEqualTo(identity.certificate().getSubjectX500Principal());
                assertThat(met.getIssuerX500Principal())
                        .isEqualTo(bench.forge.issuer().getSubjectX500Principal());
                client.getOutputStream().write("over and back".getBytes(StandardCharsets.UTF_8));
                client.getOutputStream().flush();
                assertThat(client.getInputStream().readNBytes(13))
                        .asString()
                        .isEqualTo("over and back");
            }
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("inspect rule complete");
            assertThat(record.text("bytes_from_client")).isEqualTo("13");
            assertThat(record.text("bytes_from_upstream")).isEqualTo("13");
        }
    }
}

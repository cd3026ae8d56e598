package io.overt.edge.fuzz;

import io.overt.edge.hello.ClientHelloFuzz;
import io.overt.edge.net.ConnectRequestFuzz;
import io.overt.edge.policy.PolicyBundleFuzz;
import io.overt.edge.proxyprotocol.ProxyHeaderFuzz;
import io.overt.edge.site.SealedValuesFuzz;
import io.overt.testkit.fuzz.FuzzCorpus;
import io.overt.testkit.fuzz.FuzzCorpus.Input;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found worth keeping, run as ordinary tests. */
class FuzzCorpusTest {

    static List<Input> hello() {
        return FuzzCorpus.inputs("hello", ClientHelloFuzz.seeds());
    }

    static List<Input> connect() {
        return FuzzCorpus.inputs("connect", ConnectRequestFuzz.seeds());
    }

    static List<Input> sealed() {
        return FuzzCorpus.inputs("sealed", SealedValuesFuzz.seeds());
    }

    static List<Input> bundle() {
        return FuzzCorpus.inputs("bundle", PolicyBundleFuzz.seeds());
    }

    static List<Input> proxy() {
        return FuzzCorpus.inputs("proxy", ProxyHeaderFuzz.seeds());
    }

    // checklist 25
    @ParameterizedTest
    @MethodSource("hello")
    void a_hello_is_answered(Input input) {
        ClientHelloFuzz.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource("connect")
    void a_request_to_the_proxy_is_answered(Input input) {
        ConnectRequestFuzz.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource("proxy")
    void a_header_of_a_balancer_is_answered(Input input) {
        ProxyHeaderFuzz.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource("sealed")
    void a_sealed_value_opens_as_it_was_sealed_or_not_at_all(Input input) {
        SealedValuesFuzz.fuzzerTestOneInput(input.bytes());
    }

    @ParameterizedTest
    @MethodSource("bundle")
    void a_bundle_is_taken_as_it_was_signed_or_not_at_all(Input input) {
        PolicyBundleFuzz.fuzzerTestOneInput(input.bytes());
    }
}

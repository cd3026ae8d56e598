package io.overt.control.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.cli.ScriptedEdge.Manner;
import io.overt.control.store.TestStores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code overtctl edges} against a whole control plane, with streams of edges over mutual TLS. */
@ParameterizedClass
@EnumSource(TestStores.class)
class EdgesCommandTest {
    private static final String A = "overt://hq/edge/a";
    private static final String B = "overt://hq/edge/b";

    @TempDir Path folder;
    private final TestStores kind;
    private TestControlPlane plane;
    private final List<ScriptedEdge> edges = new ArrayList<>();

    EdgesCommandTest(TestStores kind) {
        this.kind = kind;
    }

    @BeforeEach
    void startControlPlane() throws Exception {
        plane = new TestControlPlane(new TestControlConfig(folder, kind));
    }

    @AfterEach
    void stopAll() {
        edges.forEach(ScriptedEdge::close);
        plane.close();
    }

    @Test
    void an_edge_that_is_away_is_forgotten_for_good_and_counts_no_more() throws Exception {
        connect("b");
        var a = connect("a");
        assertThat(overtctl("edges", "forget", A))
                .isEqualTo(
                        "3 control plane: "
                                + A
                                + " is connected (expected: an edge that is away)\n");
        a.close();
        await().until(() -> overtctl("edges").contains(A + "  away"));

        assertThat(overtctl("edges", "forget", A)).startsWith("0 EDGE").contains(A);

        assertThat(overtctl("edges")).doesNotContain(A).contains(B);
        assertThat(overtctl("sites")).doesNotContain(" a ");
        assertThat(overtctl("edges", "forget", A))
                .isEqualTo("3 control plane: nothing is known of " + A + "\n");
        plane.restart();
        assertThat(overtctl("edges")).as("nor after a restart").doesNotContain(A).contains(B);
    }

    @Test
    void one_that_comes_back_is_known_anew() throws Exception {
        connect("a").close();
        await().until(() -> overtctl("edges").contains(A + "  away"));
        assertThat(overtctl("edges", "forget", A)).startsWith("0 ");

        connect("a");

        assertThat(overtctl("edges")).contains(A + "  open");
    }

    @Test
    void who_forgot_which_edge_is_in_the_audit_trail() throws Exception {
        connect("a").close();
        await().until(() -> overtctl("edges").contains(A + "  away"));
        overtctl("edges", "forget", A);

        assertThat(
                        overtctl(
                                "audit",
                                "list",
                                "--method",
                                "overt.control.v1.PolicyAdmin/ForgetEdge",
                                "-o",
                                "json"))
                .contains("\"outcome\":\"OK\"", "\\\"name\\\":\\\"a\\\"");
    }

    @ParameterizedTest
    @CsvSource({
        "a, a (expected: overt://<site>/<role>/<name>)",
        "overt://hq/signer/a, overt://hq/signer/a (expected: overt://SITE/edge/NAME)"
    })
    void what_is_no_edge_is_told_before_anything_is_forgotten(String name, String said)
            throws Exception {
        assertThat(overtctl("edges", "forget", A, name)).startsWith("2 " + said + "\n");
    }

    private ScriptedEdge connect(String name) throws Exception {
        var edge =
                ScriptedEdge.connect(
                        plane.running().rpcAddress(),
                        plane.fleet().issue("edge", name),
                        Manner.SILENT);
        edges.add(edge);
        await().until(() -> overtctl("edges").contains("overt://hq/edge/" + name + "  open"));
        return edge;
    }

    private String overtctl(String... args) throws Exception {
        return plane.overtctl("operator", "ann", args);
    }
}

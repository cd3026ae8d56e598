package io.overt.service.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetIdentityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "overt://hq/edge/edge-1",
                "overt://hq/signer/s",
                "overt://lab.example/control/control_1",
                "overt://0/operator/alice.b",
                "overt://hq/security/eve"
            })
    void an_identity_reads_and_prints_the_same(String uri) throws Exception {
        assertThat(FleetIdentity.parse(uri).uri()).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://hq/edge/a",
                "OVERT://hq/edge/a",
                "overt://hq/edge",
                "overt://hq/edge/a/b",
                "overt://hq/edge/",
                "overt:///edge/a",
                "overt://hq/Edge/a",
                "overt://hq/admin/a",
                "overt://HQ/edge/a",
                "overt://hq/edge/a b",
                "overt://hq/edge/-a",
                "overt://hq/edge/a?x",
                "overt://hq/edge/a\n",
                "overt://h@q/edge/a",
                "overt://hq/edge/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void what_is_not_exactly_an_identity_is_refused(String uri) {
        assertThatThrownBy(() -> FleetIdentity.parse(uri))
                .isInstanceOf(MalformedIdentityException.class);
    }

    @Test
    void an_unknown_role_is_told_with_the_known_ones() {
        assertThatThrownBy(() -> FleetIdentity.parse("overt://hq/admin/a"))
                .hasMessage(
                        "overt://hq/admin/a: role admin (expected one of: edge, signer, control, operator, security)");
    }

    @Test
    void a_certificate_names_exactly_one_identity() throws Exception {
        var ca = new TestFleetCa("fleet");

        assertThat(
                        FleetIdentity.of(
                                ca.issue("https://example.com/", "overt://hq/edge/a")
                                        .certificate()))
                .isEqualTo(new FleetIdentity("hq", Role.EDGE, "a"));
        assertThatThrownBy(() -> FleetIdentity.of(ca.issue("https://example.com/").certificate()))
                .isInstanceOf(MalformedIdentityException.class)
                .hasMessageContaining("0 subject alternative names");
        assertThatThrownBy(
                        () ->
                                FleetIdentity.of(
                                        ca.issue("overt://hq/edge/a", "overt://hq/control/a")
                                                .certificate()))
                .isInstanceOf(MalformedIdentityException.class)
                .hasMessageContaining("2 subject alternative names");
    }

    @Test
    void an_expected_peer_is_of_a_role_and_where_asked_of_a_site() {
        var edge = new FleetIdentity("hq", Role.EDGE, "a");

        assertThat(ExpectedPeer.of(Role.EDGE).admits(edge)).isTrue();
        assertThat(ExpectedPeer.of(Role.EDGE, "hq").admits(edge)).isTrue();
        assertThat(ExpectedPeer.of(Role.EDGE, "lab").admits(edge)).isFalse();
        assertThat(ExpectedPeer.of(Role.SIGNER).admits(edge)).isFalse();
        assertThat(new ExpectedPeer(Role.SIGNER, Optional.of("hq")).admits(edge)).isFalse();
    }
}

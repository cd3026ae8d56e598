package io.overt.control.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import io.overt.control.ControlConfig;
import io.overt.control.ControlYaml;
import io.overt.control.access.Grants.Grant;
import io.overt.control.access.Grants.Receiver;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.FleetIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sections {@code access} and {@code audit} of the configuration. */
class AccessSettingsTest {
    @TempDir Path folder;

    @Test
    void what_is_not_written_of_a_provider_has_its_default() throws Exception {
        var oidc =
                read("access: {oidc: {issuer: 'https://login.example/x', client-id: overt}}")
                        .access()
                        .oidc()
                        .orElseThrow();

        assertThat(oidc)
                .isEqualTo(
                        new OidcSettings(
                                URI.create("https://login.example/x"),
                                "overt",
                                Optional.empty(),
                                Set.of("overt"),
                                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256),
                                "groups",
                                List.of("openid", "email", "profile"),
                                Optional.empty(),
                                Optional.empty(),
                                Duration.ofSeconds(30),
                                Duration.ofHours(1),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(30),
                                Duration.ofHours(12)));
    }

    @Test
    void every_key_of_access_is_read() throws Exception {
        var access =
                read("""
                                audit: {announce-head: 7s}
                                access:
                                  grants:
                                    - {certificate: "overt://*/operator/ci-*", roles: [operator, viewer], sites: [hq, lab]}
                                    - {group: g, roles: [author]}
                                    - {subject: s, roles: [approver]}
                                    - {email: a@b.example, roles: [security]}
                                  oidc:
                                    issuer: http://127.0.0.1:8080/
                                    client-id: c
                                    client-secret: /s
                                    audiences: [a, b]
                                    algorithms: [ES384]
                                    groups-claim: roles
                                    scopes: [openid, groups]
                                    external-address: https://control.example
                                    trust-anchors: /t
                                    clock-skew: 1s
                                    keys-for: 2m
                                    deadline: 3s
                                    sessions: {idle: 4s, absolute: 5s}
                                """)
                        .access();

        assertThat(access.announceHead()).isEqualTo(Duration.ofSeconds(7));
        assertThat(access.oidc())
                .hasValue(
                        new OidcSettings(
                                URI.create("http://127.0.0.1:8080/"),
                                "c",
                                Optional.of(Path.of("/s")),
                                Set.of("a", "b"),
                                Set.of(JWSAlgorithm.ES384),
                                "roles",
                                List.of("openid", "groups"),
                                Optional.of(URI.create("https://control.example")),
                                Optional.of(Path.of("/t")),
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(5)));
        assertThat(access.grants().orElseThrow().subList(1, 4))
                .containsExactly(
                        new Grant(
                                new Receiver.Group("g"),
                                Set.of(AccessRole.AUTHOR),
                                new Reach.Fleet()),
                        new Grant(
                                new Receiver.Subject("s"),
                                Set.of(AccessRole.APPROVER),
                                new Reach.Fleet()),
                        new Grant(
                                new Receiver.Email("a@b.example"),
                                Set.of(AccessRole.SECURITY),
                                new Reach.Fleet()));
        assertThat(access.grants().orElseThrow().getFirst())
                .satisfies(
                        grant -> {
                            assertThat(grant.roles())
                                    .containsExactlyInAnyOrder(
                                            AccessRole.OPERATOR, AccessRole.VIEWER);
                            assertThat(grant.reach())
                                    .isEqualTo(new Reach.Sites(Set.of("hq", "lab")));
                        });
        var granted = access.granted();
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/operator/ci-7")).roles())
                .containsOnlyKeys(AccessRole.OPERATOR, AccessRole.VIEWER);
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/operator/ann")).roles())
                .isEmpty();
        assertThat(granted.machine(FleetIdentity.parse("overt://lab/edge/ci-7")).roles()).isEmpty();
    }

    @Test
    void access_says_all_that_is_wrong_with_it() {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        access:
                                          grants:
                                            - {roles: [viewer]}
                                            - {group: a, subject: b, roles: [viewer]}
                                            - {group: a}
                                            - {group: a, roles: [admin]}
                                            - {certificate: "overt://hq/edge/a", roles: [viewer]}
                                            - {certificate: "ann", roles: [viewer]}
                                            - {email: ann, roles: [viewer]}
                                            - {group: a, roles: [viewer], sites: [HQ]}
                                          oidc:
                                            issuer: http://login.example
                                            client-id: overt
                                            algorithms: [HS256]
                                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("control.yaml:5: access.grants[0].grants: to whom?")
                .hasMessageContaining("control.yaml:6: access.grants[1].grants: to whom?")
                .hasMessageContaining("access.grants[2].roles: none (expected: at least one of")
                .hasMessageContaining("access.grants[3].roles: admin (expected: one of viewer,")
                .hasMessageContaining("those of processes are granted nothing")
                .hasMessageContaining("access.grants[5].certificate: ann (expected: overt://<site>")
                .hasMessageContaining("access.grants[6].email: ann (expected: an e-mail address)")
                .hasMessageContaining("access.grants[7].sites: HQ (expected: the name of a site")
                .hasMessageContaining(
                        "access.oidc.issuer: http://login.example (expected: an https")
                .hasMessageContaining("access.oidc.algorithms: HS256 (expected: one of RS256");
    }

    /** Commented out in it: without a provider there is nothing to default to. */
    @Test
    void the_example_of_access_shows_its_defaults() throws Exception {
        var shown = read(ControlYaml.commentedOut("access")).access();
        var defaults =
                read("access: {oidc: {issuer: 'https://login.corp.example/realms/staff', client-id: overt,"
                                + " external-address: 'https://control.corp.example:9449'}}")
                        .access();

        assertThat(shown.oidc()).isEqualTo(defaults.oidc());
        assertThat(shown.grants().orElseThrow()).hasSize(5);
        assertThat(shown.announceHead()).isEqualTo(defaults.announceHead());
    }

    private ControlConfig read(String sections) throws Exception {
        return ControlYaml.read(folder, sections);
    }
}

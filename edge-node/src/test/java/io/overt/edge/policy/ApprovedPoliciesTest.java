package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.process.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Versions that people have to approve, with signatures of the real ssh-keygen and openssl. */
class ApprovedPoliciesTest {
    @TempDir static Path keys;
    private static People people;

    @TempDir Path folder;
    private EdgeAndControl edge;

    @BeforeAll
    static void makeKeys() throws Exception {
        people = new People(keys);
    }

    @BeforeEach
    void startControlPlane() throws Exception {
        edge = new EdgeAndControl(folder);
        demand(Optional.of(people.file()));
    }

    @AfterEach
    void closeAll() throws Exception {
        edge.close();
    }

    @Test
    void a_version_that_two_people_approved_comes_into_force() throws Exception {
        var feed = edge.start();

        var answer = edge.control.offer(approved(7, "alice", "carol"));

        assertThat(answer.getAck().getActiveVersion()).isEqualTo(7);
        assertThat(feed.get()).isPresent();
    }

    @Test
    void what_was_approved_is_approved_under_another_number_too() throws Exception {
        edge.start();
        var first = approved(7, "alice", "bob");
        edge.control.offer(first);
        edge.control.offer(
                people.approve(
                        people.approve(edge.bundles.bundle(8, TestBundles.SPLICE_ALL), "alice"),
                        "bob"));

        var again =
                edge.bundles.withList(9).toBuilder()
                        .addAllApprovals(first.getApprovalsList())
                        .build();

        assertThat(edge.control.offer(again).getAck().getActiveVersion()).isEqualTo(9);
    }

    /** What does not come to two people's approval of this very content. */
    enum TooFew {
        NOBODY("approved by nobody (expected: 2 different people)"),
        ONE_ALONE("approved by alice (expected: 2 different people)"),
        ONE_PERSON_TWICE("by alice, whose approval approval 1 is counted already"),
        A_STRANGER("which is no approver's"),
        OF_OTHER_CONTENT("does not verify"),
        NO_SIGNATURE("neither an OpenSSH signature nor"),
        TOO_MANY("65 approvals (expected: at most 64)");

        private final String said;

        TooFew(String said) {
            this.said = said;
        }

        PolicyBundle of(PolicyBundle bundle, EdgeAndControl edge) throws Exception {
            var one = people.approve(bundle, "alice");
            return switch (this) {
                case NOBODY -> bundle;
                case ONE_ALONE -> one;
                case ONE_PERSON_TWICE -> people.approve(one, "alice");
                case A_STRANGER -> people.approve(one, "mallory");
                case OF_OTHER_CONTENT ->
                        one.toBuilder()
                                .addAllApprovals(
                                        people.approve(
                                                        edge.bundles.bundle(
                                                                7, TestBundles.SPLICE_ALL),
                                                        "bob")
                                                .getApprovalsList())
                                .build();
                case NO_SIGNATURE ->
                        one.toBuilder().addApprovals(ByteString.copyFromUtf8("yes")).build();
                case TOO_MANY -> {
                    var many = bundle.toBuilder();
                    for (int i = 0; i < 65; i++) {
                        many.addApprovals(one.getApprovals(0));
                    }
                    yield many.build();
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_version_that_too_few_approved_is_refused_with_the_reasons(TooFew approvals)
            throws Exception {
        var feed = edge.start();

        var answer = edge.control.offer(approvals.of(edge.bundles.withList(7), edge));

        assertThat(answer.getKindCase()).isEqualTo(EdgeMessage.KindCase.NACK);
        assertThat(answer.getNack().getRejectedVersion()).isEqualTo(7);
        assertThat(text(answer)).contains(approvals.said);
        assertThat(feed.get()).isEmpty();
        assertThat(edge.state.resolve("last-good.bundle")).doesNotExist();
    }

    @Test
    void nobody_is_asked_for_where_no_approvers_are_configured() throws Exception {
        demand(Optional.empty());
        edge.start();

        assertThat(edge.control.offer(edge.bundles.withList(7)).hasAck()).isTrue();
    }

    @Test
    void an_approved_version_is_kept_with_its_approvals_and_starts_the_edge() throws Exception {
        var feed = edge.start();
        var bundle = approved(7, "alice", "bob");
        edge.control.offer(bundle);
        feed.close();

        assertThat(edge.state.resolve("last-good.bundle")).hasBinaryContent(bundle.toByteArray());
        assertThat(edge.startUnheard().get()).isPresent();
    }

    @Test
    void what_lies_on_disk_unapproved_does_not_start_the_edge() throws Exception {
        Files.createDirectories(edge.state);
        Files.write(
                edge.state.resolve("last-good.bundle"),
                people.approve(edge.bundles.withList(7), "alice").toByteArray());

        assertThat(edge.start().get()).isEmpty();
        assertThat(edge.count("overt.edge.policy.last.good", "event", "unusable")).isEqualTo(1);
    }

    @Test
    void what_another_edge_hands_on_unapproved_is_not_taken() throws Exception {
        var feed = edge.start();

        assertThat(feed.hear(people.approve(edge.bundles.withList(7), "alice"))).isFalse();
        assertThat(feed.get()).isEmpty();
        assertThat(feed.hear(approved(7, "alice", "bob"))).isTrue();
        assertThat(feed.get()).isPresent();
    }

    @Test
    void an_unapproved_version_is_not_tried_in_shadow_either() throws Exception {
        edge.start();
        edge.control.offer(approved(7, "alice", "bob"));

        var answer = edge.control.offerInShadow(edge.bundles.bundle(8, TestBundles.SPLICE_ALL));

        assertThat(text(answer)).contains("approved by nobody");
    }

    @Test
    void approvers_that_are_read_again_judge_what_is_offered_from_then_on() throws Exception {
        demand(Optional.empty());
        var feed = edge.start();
        edge.control.offer(edge.bundles.withList(7));

        demand(Optional.of(people.file()));
        feed.apply(edge.terms(), edge.terms().readApprovers());

        assertThat(feed.get()).as("what is in force stays").isPresent();
        assertThat(text(edge.control.offer(edge.bundles.bundle(8, TestBundles.SPLICE_ALL))))
                .contains("approved by nobody");
        assertThat(edge.control.offer(approved(9, "bob", "carol")).hasAck()).isTrue();
    }

    @Test
    void the_same_version_with_more_approvals_is_kept_with_these() throws Exception {
        edge.start();
        edge.control.offer(approved(7, "alice", "bob"));
        var more = approved(7, "alice", "bob", "carol");

        assertThat(edge.control.offer(more).getAck().getActiveVersion()).isEqualTo(7);

        assertThat(edge.state.resolve("last-good.bundle")).hasBinaryContent(more.toByteArray());
    }

    @Test
    void an_approvers_file_that_cannot_be_read_is_told_at_the_start() {
        demand(Optional.of(folder.resolve("none.yaml")));

        assertThatThrownBy(() -> edge.start())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("policy.approvers: " + folder.resolve("none.yaml"));
    }

    private void demand(Optional<Path> file) {
        edge.terms(
                now ->
                        new PolicyFeedConfig.Terms(
                                file, now.labels(), now.healthEvery(), now.reconnectWithin()));
    }

    private PolicyBundle approved(long version, String... who) throws Exception {
        var bundle = edge.bundles.withList(version);
        for (var each : who) {
            bundle = people.approve(bundle, each);
        }
        return bundle;
    }

    private static String text(EdgeMessage answer) {
        return answer.getNack().getProblemsList().stream()
                .map(Problem::getMessage)
                .collect(Collectors.joining("\n"));
    }
}

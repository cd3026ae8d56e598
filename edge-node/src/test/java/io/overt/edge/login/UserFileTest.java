package io.overt.edge.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserFileTest {
    /** By libxcrypt's crypt(3), which is not the implementation under test. */
    static final String ALICE =
            "alice:$2y$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6";

    static final String BOB =
            "b\u00f6b:$2y$05$N9qo8uLOickgx2ZMRZoMyeY/Lnb/nOJPsLDCoQEY5HXvP9q8ao.Va";

    @Test
    void what_another_implementation_wrote_is_read() throws Exception {
        var users = UserFile.parse("users", "# staff\n\n" + ALICE + "\r\n" + BOB + "\n");
        assertThat(users.size()).isEqualTo(2);
        assertThat(users.hashOf("alice")).contains(ALICE.substring("alice:".length()));
        assertThat(users.hashOf("b\u00f6b")).isPresent();
        assertThat(users.hashOf("Alice")).isEmpty();
    }

    @Test
    void all_problems_are_told_at_once_and_no_hash_with_them() {
        assertThatThrownBy(
                        () ->
                                UserFile.parse(
                                        "users",
                                        String.join(
                                                "\n",
                                                ALICE,
                                                "nobody",
                                                ":$2y$05$x",
                                                "sha:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
                                                "apr:$apr1$salt$abcdefghijklmnopqrstu0",
                                                "plain:secret",
                                                ALICE.replace("alice:$2y$05", "slow:$2y$15"),
                                                ALICE)))
                .isInstanceOf(UserFileException.class)
                .hasMessage(
                        """
                        users:2: no user (expected: name:hash)
                        users:3: no user (expected: name:hash)
                        users:4: sha: no bcrypt hash (expected: as htpasswd -B writes it)
                        users:5: apr: no bcrypt hash (expected: as htpasswd -B writes it)
                        users:6: plain: no bcrypt hash (expected: as htpasswd -B writes it)
                        users:7: slow: cost 15 (expected: 4 to 14)
                        users:8: alice: given twice""")
                .message()
                .doesNotContain("secret", "W6ph5Mm5Pz8GgiULbPgzG37mj9g");
    }

    @Test
    void a_file_that_is_not_there_is_a_problem_with_its_name() {
        assertThatThrownBy(() -> UserFile.read(Path.of("nowhere/users")))
                .isInstanceOf(UserFileException.class)
                .hasMessageStartingWith("nowhere/users: cannot be read: ");
    }

    @Test
    void nobody_is_as_slow_as_the_slowest_and_has_no_password() throws Exception {
        var users = UserFile.parse("users", ALICE + "\n" + BOB.replace("$05$", "$07$"));
        assertThat(users.nobodys()).startsWith("$2y$07$").hasSize(60);
        assertThat(OpenBSDBCrypt.checkPassword(users.nobodys(), new byte[] {'x'})).isFalse();
        assertThat(UserFile.parse("users", "").nobodys()).startsWith("$2y$10$");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic YWxpY2U=", // no colon
                "Basic OnNlY3JldA==", // no name
                "Bearer YWxpY2U6c2VjcmV0",
                "Basic YWxpY2UKOng=", // a line end in the name
                "Basic //9hOng=" // no UTF-8
            })
    void what_is_no_name_and_password_is_none(String header) {
        assertThat(Credentials.parse(header)).isEmpty();
    }

    @Test
    void a_password_may_have_colons_and_the_scheme_any_case() {
        var read = Credentials.parse("bAsIc YWxpY2U6YTpi").orElseThrow();
        assertThat(read.user()).isEqualTo("alice");
        assertThat(read.password()).asString().isEqualTo("a:b");
        assertThat(read.toString()).isEqualTo("Credentials[alice]");
    }
}

package io.overt.control.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.control.access.Claims;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.SessionStore;
import io.overt.control.store.SignInRow;
import io.overt.control.store.TestStore;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** With the defaults: half an hour without use, twelve hours in all. */
class SessionsTest {
    private static final Claims ANN =
            new Claims("ann-1", Optional.of("ann@corp.example"), Set.of("a b", "c,d"), "Ann");
    private final Hands hands = new Hands();

    @EachStore
    void a_session_tells_whose_it_is_until_it_is_ended(Database database) {
        var sessions = sessions(database);
        var secret = sessions.open(ANN);

        assertThat(sessions.find(secret).map(Sessions.Session::claims)).hasValue(ANN);
        assertThat(sessions.find(secret + "x")).isEmpty();
        assertThat(sessions.end(secret)).isTrue();
        assertThat(sessions.find(secret)).isEmpty();
        assertThat(sessions.end(secret)).isFalse();
    }

    @EachStore
    void it_is_over_after_a_time_without_use(Database database) {
        var sessions = sessions(database);
        var secret = sessions.open(ANN);
        for (int i = 0; i < 4; i++) {
            hands.forward(Duration.ofMinutes(29));
            assertThat(sessions.find(secret)).as("used, for the %d. time", i).isPresent();
        }
        hands.forward(Duration.ofMinutes(31));
        assertThat(sessions.find(secret)).isEmpty();
    }

    @EachStore
    void and_after_a_time_in_all_however_much_it_is_used(Database database) {
        var sessions = sessions(database);
        var secret = sessions.open(ANN);
        for (int i = 0; i < 35; i++) {
            hands.forward(Duration.ofMinutes(20));
            assertThat(sessions.find(secret)).isPresent();
        }
        hands.forward(Duration.ofMinutes(21));
        assertThat(sessions.find(secret)).isEmpty();
    }

    @EachStore
    void a_control_plane_that_starts_again_still_knows_it(TestStore kept) throws Exception {
        String secret;
        try (var database = kept.open()) {
            secret = sessions(database).open(ANN);
        }
        try (var database = kept.open()) {
            assertThat(sessions(database).find(secret)).isPresent();
        }
    }

    @EachStore
    void whoever_reads_the_store_has_no_session_by_it(TestStore kept) throws Exception {
        String secret;
        try (var database = kept.open()) {
            secret = sessions(database).open(ANN);
        }
        try (var connection = kept.connect();
                var rows = connection.createStatement().executeQuery("SELECT * FROM web_session")) {
            assertThat(rows.next()).isTrue();
            for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                assertThat(
                                new String(
                                        rows.getBytes(column),
                                        java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(secret);
            }
        }
    }

    @EachStore
    void a_state_is_taken_once_and_not_after_its_time_and_too_many_are_refused(Database database) {
        var store = new SessionStore(database);
        var state = ByteString.copyFromUtf8("state");
        var row = new SignInRow(ByteString.copyFromUtf8("b"), "n", "v", "/", hands.instant());
        var oldest = hands.instant().minusSeconds(60);

        assertThat(store.begin(state, row, oldest, 1)).isTrue();
        assertThat(store.begin(ByteString.copyFromUtf8("other"), row, oldest, 1)).isFalse();
        assertThat(store.take(state, oldest).map(SignInRow::nonce)).hasValue("n");
        assertThat(store.take(state, oldest)).isEmpty();

        assertThat(store.begin(state, row, oldest, 1)).isTrue();
        assertThat(store.take(state, hands.instant().plusSeconds(1))).isEmpty();
    }

    private Sessions sessions(Database database) {
        return new Sessions(
                new SessionStore(database),
                hands,
                ProviderSettings.of(URI.create("https://issuer.example")),
                new SecureRandom());
    }
}

package io.overt.control.store;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who is signed in, and who is about to be. Secrets are looked up by their SHA-256. Each method is
 * one transaction and blocks. Thread-safe, and good for several control planes on one store: a
 * person may come back to another than the one that sent them.
 */
public final class SessionStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public SessionStore(Database database) {
        this.database = database;
    }

    /**
     * Keeps a sign-in that begins, and forgets those that are too old.
     *
     * @param most at once; more are refused, so that nobody fills the store
     * @return false when there are too many
     */
    public boolean begin(ByteString state, SignInRow row, Instant oldest, int most) {
        return database.transact(
                handle -> {
                    handle.createUpdate("DELETE FROM sign_in WHERE since < :oldest")
                            .bind("oldest", oldest.toEpochMilli())
                            .execute();
                    long there =
                            handle.createQuery("SELECT count(*) FROM sign_in")
                                    .mapTo(Long.class)
                                    .one();
                    return there < most
                            && handle.createUpdate(
                                                    "INSERT INTO sign_in VALUES (:state, :browser, :nonce, :verifier, :to,"
                                                            + " :since)")
                                            .bind("state", state.toByteArray())
                                            .bind("browser", row.browser().toByteArray())
                                            .bind("nonce", row.nonce())
                                            .bind("verifier", row.verifier())
                                            .bind("to", row.returnTo())
                                            .bind("since", row.since().toEpochMilli())
                                            .execute()
                                    == 1;
                });
    }

    /** Takes a sign-in out: nobody comes back with the same state twice. */
    public Optional<SignInRow> take(ByteString state, Instant oldest) {
        return database.transact(
                handle -> {
                    var found =
                            handle.createQuery(
                                            "SELECT * FROM sign_in WHERE state_sha256 = :state AND since >= :oldest")
                                    .bind("state", state.toByteArray())
                                    .bind("oldest", oldest.toEpochMilli())
                                    .map(
                                            (row, _) ->
                                                    new SignInRow(
                                                            ByteString.copyFrom(
                                                                    row.getBytes("browser_sha256")),
                                                            row.getString("nonce"),
                                                            row.getString("verifier"),
                                                            row.getString("return_to"),
                                                            Instant.ofEpochMilli(
                                                                    row.getLong("since"))))
                                    .findOne();
                    handle.createUpdate("DELETE FROM sign_in WHERE state_sha256 = :state")
                            .bind("state", state.toByteArray())
                            .execute();
                    return found;
                });
    }

    /** Keeps a session, and forgets those that are over. */
    public void open(
            ByteString secret, SessionRow row, Instant oldestUse, Instant oldestBeginning) {
        database.transact(
                handle -> {
                    handle.createUpdate(
                                    "DELETE FROM web_session WHERE used < :use OR since < :beginning")
                            .bind("use", oldestUse.toEpochMilli())
                            .bind("beginning", oldestBeginning.toEpochMilli())
                            .execute();
                    return handle.createUpdate(
                                    "INSERT INTO web_session VALUES (:secret, :subject, :email, :groups, :shown,"
                                            + " :since, :used)")
                            .bind("secret", secret.toByteArray())
                            .bind("subject", row.subject())
                            .bind("email", row.email())
                            .bind("groups", String.join("\n", row.groups()))
                            .bind("shown", row.shown())
                            .bind("since", row.since().toEpochMilli())
                            .bind("used", row.used().toEpochMilli())
                            .execute();
                });
    }

    /** A session that is not over. */
    public Optional<SessionRow> find(
            ByteString secret, Instant oldestUse, Instant oldestBeginning) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM web_session WHERE secret_sha256 = :secret AND used >= :use AND"
                                                + " since >= :beginning")
                                .bind("secret", secret.toByteArray())
                                .bind("use", oldestUse.toEpochMilli())
                                .bind("beginning", oldestBeginning.toEpochMilli())
                                .map(
                                        (row, _) ->
                                                new SessionRow(
                                                        row.getString("subject"),
                                                        row.getString("email"),
                                                        row.getString("groups").isEmpty()
                                                                ? List.of()
                                                                : List.of(
                                                                        row.getString("groups")
                                                                                .split("\n", -1)),
                                                        row.getString("shown"),
                                                        Instant.ofEpochMilli(row.getLong("since")),
                                                        Instant.ofEpochMilli(row.getLong("used"))))
                                .findOne());
    }

    /** It was used. */
    public void touch(ByteString secret, Instant now) {
        database.transact(
                handle ->
                        handle.createUpdate(
                                        "UPDATE web_session SET used = :now WHERE secret_sha256 = :secret")
                                .bind("now", now.toEpochMilli())
                                .bind("secret", secret.toByteArray())
                                .execute());
    }

    /** Ends it; whether there was one. */
    public boolean end(ByteString secret) {
        return database.transact(
                        handle ->
                                handle.createUpdate(
                                                "DELETE FROM web_session WHERE secret_sha256 = :secret")
                                        .bind("secret", secret.toByteArray())
                                        .execute())
                == 1;
    }
}

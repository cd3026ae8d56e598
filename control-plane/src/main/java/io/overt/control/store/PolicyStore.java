package io.overt.control.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.control.store.SignedVersion.Summary;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/** Policy versions, kept forever. Each method is one transaction and blocks. Thread-safe. */
public final class PolicyStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public PolicyStore(Database database) {
        this.database = database;
    }

    /** The version with the highest number, whole. */
    public Optional<SignedVersion> newest() {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM policy_version ORDER BY version DESC LIMIT 1")
                                .map((row, _) -> version(handle, row))
                                .findFirst());
    }

    /** One version, whole. */
    public Optional<SignedVersion> find(long number) {
        return database.read(
                handle ->
                        handle.createQuery("SELECT * FROM policy_version WHERE version = :version")
                                .bind("version", number)
                                .map((row, _) -> version(handle, row))
                                .findFirst());
    }

    /** The newest ones first, at most so many. */
    public List<Summary> list(int limit) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT version, policy, published, publisher, manifest_sha256 FROM policy_version"
                                                + " ORDER BY version DESC LIMIT :limit")
                                .bind("limit", limit)
                                .map((row, _) -> summary(row))
                                .list());
    }

    /** Those below a number, the newest ones first, at most so many. */
    public List<Summary> before(long version, int limit) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT version, policy, published, publisher, manifest_sha256 FROM policy_version"
                                                + " WHERE version < :version ORDER BY version DESC LIMIT :limit")
                                .bind("version", version)
                                .bind("limit", limit)
                                .map((row, _) -> summary(row))
                                .list());
    }

    /**
     * What the next version has to follow.
     *
     * @param version its number
     * @param keyId of the key that it is signed with
     */
    public record Tip(long version, ByteString contentSha256, ByteString keyId) {}

    /** The newest version without its files. */
    public Optional<Tip> tip() {
        return database.read(PolicyStore::tip);
    }

    private static Optional<Tip> tip(Handle handle) {
        return handle.createQuery(
                        "SELECT version, content_sha256, key_id FROM policy_version ORDER BY version DESC LIMIT 1")
                .map(
                        (row, _) ->
                                new Tip(
                                        row.getLong("version"),
                                        ByteString.copyFrom(row.getBytes("content_sha256")),
                                        ByteString.copyFrom(row.getBytes("key_id"))))
                .findOne();
    }

    /**
     * Makes the version that follows the newest one and adds it, while nobody else can: two control
     * planes never give one number. All who watch {@link Topic#POLICY} are told. On return it is on
     * the disk.
     *
     * @param next what to add to what there is, with which number at least; nothing when nothing is
     *     to be added
     * @return what was added
     */
    public Optional<SignedVersion> append(
            BiFunction<Optional<Tip>, Long, Optional<SignedVersion>> next) {
        return database.transact(
                handle -> {
                    var tip = tip(handle);
                    long least = Math.max(tip.map(Tip::version).orElse(0L) + 1, floor(handle));
                    var version = next.apply(tip, least);
                    version.ifPresent(each -> insertNext(handle, tip, each));
                    return version;
                });
    }

    /** Numbers below were perhaps given before a backup was restored. */
    private static long floor(Handle handle) {
        return handle.createQuery("SELECT coalesce(max(least), 0) FROM version_floor")
                .mapTo(Long.class)
                .one();
    }

    private void insertNext(Handle handle, Optional<Tip> tip, SignedVersion version) {
        long highest = tip.map(Tip::version).orElse(0L);
        if (version.version() <= highest) {
            throw new IllegalStateException("version " + version.version() + " after " + highest);
        }
        insert(handle, version);
        database.tell(handle, Topic.POLICY);
    }

    /**
     * Adds a version; its number must be higher than every one before. On return it is on the disk.
     */
    public void add(SignedVersion version) {
        database.transact(
                handle -> {
                    insertNext(handle, tip(handle), version);
                    return version;
                });
    }

    private static void insert(Handle handle, SignedVersion version) {
        var bundle = version.bundle();
        handle.createUpdate(
                        "INSERT INTO policy_version VALUES (:version, :policy, :published, :publisher, :content, :manifest,"
                                + " :digest, :signature, :key)")
                .bind("version", version.version())
                .bind("policy", version.policy())
                .bind("published", version.published().toEpochMilli())
                .bind("publisher", version.publisher())
                .bind("content", version.contentSha256().toByteArray())
                .bind("manifest", bundle.getManifest().toByteArray())
                .bind("digest", version.manifestSha256().toByteArray())
                .bind("signature", bundle.getSignature().toByteArray())
                .bind("key", bundle.getKeyId().toByteArray())
                .execute();
        ListStore.insertNames(handle, version.version(), manifest(bundle));
        for (int position = 0; position < bundle.getFilesCount(); position++) {
            var file = bundle.getFiles(position);
            var content = file.getContent().toByteArray();
            var digest = PolicySignature.sha256(content);
            handle.createUpdate(
                            "INSERT INTO file_content VALUES (:digest, :content) ON CONFLICT DO NOTHING")
                    .bind("digest", digest)
                    .bind("content", content)
                    .execute();
            handle.createUpdate(
                            "INSERT INTO policy_file VALUES (:version, :position, :path, :digest)")
                    .bind("version", version.version())
                    .bind("position", position)
                    .bind("path", file.getPath())
                    .bind("digest", digest)
                    .execute();
        }
    }

    private static BundleManifest manifest(PolicyBundle bundle) {
        try {
            return BundleManifest.parseFrom(bundle.getManifest());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a version without a manifest", e);
        }
    }

    private static SignedVersion version(Handle handle, ResultSet row) throws SQLException {
        long number = row.getLong("version");
        var files =
                handle.createQuery(
                                "SELECT path, content FROM policy_file JOIN file_content USING (sha256) WHERE version ="
                                        + " :version ORDER BY position")
                        .bind("version", number)
                        .map(
                                (file, _) ->
                                        BundleFile.newBuilder()
                                                .setPath(file.getString("path"))
                                                .setContent(
                                                        ByteString.copyFrom(
                                                                file.getBytes("content")))
                                                .build())
                        .list();
        return new SignedVersion(
                number,
                row.getString("policy"),
                Instant.ofEpochMilli(row.getLong("published")),
                row.getString("publisher"),
                ByteString.copyFrom(row.getBytes("content_sha256")),
                ByteString.copyFrom(row.getBytes("manifest_sha256")),
                PolicyBundle.newBuilder()
                        .setManifest(ByteString.copyFrom(row.getBytes("manifest")))
                        .setSignature(ByteString.copyFrom(row.getBytes("signature")))
                        .setKeyId(ByteString.copyFrom(row.getBytes("key_id")))
                        .addAllFiles(files)
                        .build());
    }

    private static Summary summary(ResultSet row) throws SQLException {
        return new Summary(
                row.getLong("version"),
                row.getString("policy"),
                Instant.ofEpochMilli(row.getLong("published")),
                row.getString("publisher"),
                ByteString.copyFrom(row.getBytes("manifest_sha256")));
    }
}

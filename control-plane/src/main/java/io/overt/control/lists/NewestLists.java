package io.overt.control.lists;

import com.google.protobuf.InvalidProtocolBufferException;
import io.overt.control.store.SignedVersion;
import io.overt.policy.DeclaredList;
import io.overt.policy.PolicySource;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the newest version says of lists. Thread-safe. */
public final class NewestLists {
    private final Supplier<Optional<SignedVersion>> newest;

    /** The last one that was asked about: a version never changes. */
    private volatile Read read = new Read(0, List.of(), List.of());

    private record Read(long version, List<DeclaredList> declared, List<ListDigest> named) {}

    /** Of what this says is the newest. */
    public NewestLists(Supplier<Optional<SignedVersion>> newest) {
        this.newest = newest;
    }

    /** Those that its document declares. */
    public List<DeclaredList> declared() {
        return read().declared();
    }

    /** Those that it names in their compiled form. */
    public List<ListDigest> named() {
        return read().named();
    }

    private Read read() {
        var version = newest.get();
        if (version.isPresent() && version.get().version() != read.version()) {
            read = read(version.get());
        }
        return read;
    }

    private static Read read(SignedVersion version) {
        try {
            return new Read(
                    version.version(),
                    version.bundle().getFilesList().stream()
                            .filter(file -> file.getPath().equals(PolicySource.DOCUMENT))
                            .findFirst()
                            .map(file -> DeclaredList.of(file.getContent().toByteArray()))
                            .orElse(List.of()),
                    BundleManifest.parseFrom(version.bundle().getManifest()).getListsList());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "version " + version.version() + " has no manifest that can be read", e);
        }
    }
}

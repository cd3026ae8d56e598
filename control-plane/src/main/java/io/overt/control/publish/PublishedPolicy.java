package io.overt.control.publish;

import io.overt.control.store.SignedVersion;
import io.overt.policy.Compilation;
import io.overt.policy.Policy;
import io.overt.policy.PolicyCompiler;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The newest version, compiled once, for questions about it. The first question about a version
 * compiles it and the others wait. Thread-safe.
 */
public final class PublishedPolicy {
    private final Supplier<Optional<SignedVersion>> newest;
    private final ReentrantLock turn = new ReentrantLock();

    /** Guarded by turn for writing. */
    private volatile Optional<Compiled> compiled = Optional.empty();

    /** A version and its policy; none where this build cannot compile it. */
    public record Compiled(long version, Optional<Policy> policy) {}

    /** Of what this says is the newest. */
    public PublishedPolicy(Supplier<Optional<SignedVersion>> newest) {
        this.newest = newest;
    }

    /** The newest; none while nothing is published. */
    public Optional<Compiled> current() {
        var version = newest.get();
        if (version.isEmpty()) {
            return Optional.empty();
        }
        var known = compiled;
        if (known.isPresent() && known.get().version() == version.get().version()) {
            return known;
        }
        turn.lock();
        try {
            if (compiled.isEmpty() || compiled.get().version() != version.get().version()) {
                compiled = Optional.of(compile(version.get()));
            }
            return compiled;
        } finally {
            turn.unlock();
        }
    }

    private static Compiled compile(SignedVersion version) {
        var source = new SubmittedFiles(version.bundle().getFilesList()).source();
        return switch (PolicyCompiler.compile(source)) {
            case Compilation.Compiled(var policy, _) ->
                    new Compiled(version.version(), Optional.of(policy));
            case Compilation.Rejected _ -> new Compiled(version.version(), Optional.empty());
        };
    }
}

package io.overt.control.lists;

import com.google.protobuf.ByteString;
import io.overt.control.lists.ListPress.Pressed;
import io.overt.control.store.ListStore;
import io.overt.control.store.ListStore.Good;
import io.overt.policy.DeclaredList;
import io.overt.policy.DeclaredList.Source;
import io.overt.policy.HostList;
import io.overt.policy.PolicySource;
import io.overt.policy.Problem;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Provides the lists of a policy before it is compiled: large files in their compiled form, and
 * what other places had when they were last asked. Small files stay what they are. Thread-safe;
 * blocks as long as compiling takes, and as a fetch where a list was never had.
 */
public final class ListDesk {
    private final ListPress press;
    private final ListSources sources;
    private final ListStore store;
    private final long compileAbove;
    private final Clock clock;

    /**
     * Guarded by itself: the last ones, since a policy is looked at often and its lists change
     * seldom.
     */
    private final Map<String, Pressed> recent =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Pressed> eldest) {
                    return size() > RECENT;
                }
            };

    /** Whether a list that was never had is fetched. */
    public enum Reach {
        /** It is: the policy is to be published. */
        FETCH,
        /** It is not, and is warned of. */
        STAY
    }

    /**
     * What a policy's lists came to.
     *
     * @param lists for the compiler, by name
     * @param named what a version says of them
     * @param compiled those that have to be kept before a version names them
     * @param problems of their texts and their sources; with any, there is nothing to publish
     * @param warnings likewise
     */
    public record Gathered(
            Map<String, HostList> lists,
            List<ListDigest> named,
            List<CompiledList> compiled,
            List<Problem> problems,
            List<Problem> warnings) {}

    /**
     * @param compileAbove longer files go in their compiled form, in bytes
     */
    public ListDesk(
            ListPress press, ListSources sources, ListStore store, long compileAbove, Clock clock) {
        this.press = press;
        this.sources = sources;
        this.store = store;
        this.compileAbove = compileAbove;
        this.clock = clock;
    }

    /**
     * The lists that the document declares and that do not go as files.
     *
     * @param source the document and its files
     */
    public Gathered gather(PolicySource source, Reach reach) {
        var document = source.files().get(PolicySource.DOCUMENT);
        var gathered =
                new Gathered(
                        new LinkedHashMap<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>());
        for (var list : document == null ? List.<DeclaredList>of() : DeclaredList.of(document)) {
            switch (list.source()) {
                case Source.OfFile(String path) -> {
                    var text = source.files().get(path);
                    if (text != null && text.length > compileAbove) {
                        compile(list, path, text, gathered);
                    }
                }
                case Source.Fetched fetched -> fetched(list, fetched, reach, gathered);
            }
        }
        return gathered;
    }

    /** Keeps what is to be named. */
    public void keep(Gathered gathered) {
        gathered.compiled().forEach(list -> store.put(list, clock.instant()));
    }

    private void compile(DeclaredList list, String path, byte[] text, Gathered into) {
        switch (pressed(list, path, text)) {
            case Pressed.Made(var compiled, var warnings) -> {
                into.lists().put(list.name(), compiled);
                into.named()
                        .add(
                                named(
                                        list.name(),
                                        path,
                                        compiled.tree().id(),
                                        compiled.size(),
                                        compiled.octets()));
                into.compiled().add(compiled);
                into.warnings().addAll(warnings);
            }
            case Pressed.Wrong(var problems) -> {
                // So that the compiler says what else is wrong.
                into.lists().put(list.name(), HostList.none());
                into.problems().addAll(problems);
            }
        }
    }

    private Pressed pressed(DeclaredList list, String path, byte[] text) {
        var key = HexFormat.of().formatHex(PolicySignature.sha256(text)) + list.format() + path;
        synchronized (recent) {
            var known = recent.get(key);
            if (known != null) {
                return known;
            }
        }
        try {
            var pressed = press.press(path, list.format(), DeclaredList.Suffixes.WARN, text);
            synchronized (recent) {
                recent.put(key, pressed);
            }
            return pressed;
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be compiled", e);
        }
    }

    private void fetched(DeclaredList list, Source.Fetched from, Reach reach, Gathered into) {
        // It is asked nothing here; whether it is there is all that the compiler has to know.
        into.lists().put(list.name(), HostList.none());
        Optional<Good> good =
                switch (reach) {
                    case FETCH -> sources.had(list, from);
                    case STAY -> sources.known(list, from);
                };
        if (good.isPresent()) {
            into.named()
                    .add(
                            named(
                                    list.name(),
                                    "",
                                    good.get().root(),
                                    good.get().names(),
                                    good.get().octets()));
            return;
        }
        switch (reach) {
            case FETCH ->
                    into.problems()
                            .add(
                                    problem(
                                            list,
                                            "`url`: cannot be fetched: "
                                                    + sources.problem(list, from)));
            case STAY ->
                    into.warnings()
                            .add(
                                    problem(
                                            list,
                                            "`url`: was never fetched; it will be when the policy is published"));
        }
    }

    private static Problem problem(DeclaredList list, String message) {
        return new Problem(
                PolicySource.DOCUMENT, list.line(), list.column(), Optional.empty(), message);
    }

    private static ListDigest named(
            String name, String path, Digest root, long names, long octets) {
        return ListDigest.newBuilder()
                .setName(name)
                .setPath(path)
                .setRoot(ByteString.copyFrom(root.octets()))
                .setNames(names)
                .setSize(octets)
                .setForm(CompiledList.FORM)
                .build();
    }

    private static final int RECENT = 16;
}

package io.overt.control.cli;

import io.overt.policy.DeclaredList;
import io.overt.policy.DeclaredList.Source.Fetched;
import io.overt.policy.HostList;
import io.overt.policy.ListText;
import io.overt.policy.PolicySource;
import io.overt.policy.Problem;
import io.overt.policy.PublicSuffixes;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.ListCompiler;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists that a policy fetches, for a compiler on the operator's machine, which fetches nothing: a
 * copy that lies beside the document as {@code fetched/NAME.txt}, or else a list without names.
 *
 * @param lists for the compiler
 * @param warnings of those that are taken for empty, and of what is wrong with copies
 */
record FetchedCopies(Map<String, HostList> lists, List<Problem> warnings) {

    static FetchedCopies of(byte[] document, Optional<Path> folder) throws IOException {
        var copies = new FetchedCopies(new LinkedHashMap<>(), new ArrayList<>());
        for (var list : DeclaredList.of(document)) {
            if (list.source() instanceof Fetched) {
                var name = "fetched/" + list.name() + ".txt";
                var copy = folder.map(each -> each.resolve(name)).filter(Files::isRegularFile);
                if (copy.isPresent()) {
                    copies.read(list, name, copy.get());
                } else {
                    copies.lists().put(list.name(), HostList.none());
                    copies.warnings()
                            .add(
                                    new Problem(
                                            PolicySource.DOCUMENT,
                                            list.line(),
                                            list.column(),
                                            Optional.empty(),
                                            "`url`: is not fetched here, so that the list is taken to be empty (a copy at "
                                                    + name
                                                    + " would be read)"));
                }
            }
        }
        return copies;
    }

    private void read(DeclaredList list, String name, Path copy) throws IOException {
        var compiler = new ListCompiler(Arena.ofAuto());
        var text =
                ListText.of(name, list.format(), PublicSuffixes.topLevelDomains(), compiler::add);
        byte[] content = Files.readAllBytes(copy);
        text.take(content, 0, content.length);
        text.end();
        warnings.addAll(text.errors());
        warnings.addAll(text.warnings());
        switch (CompiledList.open(compiler.compile().file())) {
            case CompiledList.Opening.Opened(CompiledList compiled) ->
                    lists.put(list.name(), compiled);
            case CompiledList.Opening.Damaged(String why) ->
                    throw new IllegalStateException("what was compiled " + why);
        }
    }
}

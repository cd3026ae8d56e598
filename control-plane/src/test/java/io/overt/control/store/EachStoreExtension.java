package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test once for each kind of store, and clears up behind it. */
final class EachStoreExtension implements TestTemplateInvocationContextProvider {
    private static final Namespace NAMESPACE = Namespace.create(EachStoreExtension.class);

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        return Arrays.stream(TestStores.values()).map(Invocation::new);
    }

    private record Invocation(TestStores kind) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int index) {
            return kind.name();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Stores(kind));
        }
    }

    /** For tests that run once. */
    static final class Plain implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return !context.getRequiredTestMethod().isAnnotationPresent(EachStore.class)
                    && STORES.contains(parameter.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return resolve(TestStores.configured(), parameter, context);
        }
    }

    private record Stores(TestStores kind) implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return STORES.contains(parameter.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return resolve(kind, parameter, context);
        }
    }

    private static Object resolve(
            TestStores kind, ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        var kept =
                context.getStore(NAMESPACE)
                        .getOrComputeIfAbsent("store", _ -> new Kept(kind, type), Kept.class);
        return type == TestStore.class ? kept.store : kept.database();
    }

    private static final List<Class<?>> STORES = List.of(TestStore.class, Database.class);

    /** JUnit closes it after the test. */
    private static final class Kept implements AutoCloseable {
        private final TestStore store;
        private Optional<Database> database = Optional.empty();

        /** Without a table for whoever opens it, since that makes them. */
        Kept(TestStores kind, Class<?> asked) {
            try {
                store = asked == TestStore.class ? kind.make() : kind.makeWithTables();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Database database() {
            if (database.isEmpty()) {
                try {
                    database = Optional.of(store.open());
                } catch (StartException e) {
                    throw new IllegalStateException(e);
                }
            }
            return database.get();
        }

        @Override
        public void close() throws SQLException, IOException {
            if (database.isPresent()) {
                database.get().close();
            }
            store.remove();
        }
    }
}

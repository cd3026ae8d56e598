package io.overt.edge.http;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class Http1ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.overt.edge.http", "io.overt.edge.hello");

    @Test
    void the_core_knows_netty_by_its_buffers_only() {
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.http")
                .and()
                .doNotHaveSimpleName("Http1Filter")
                .and()
                .haveSimpleNameNotStartingWith("Http1Relay")
                .and()
                .haveSimpleNameNotEndingWith("Leg")
                .and()
                .doNotHaveSimpleName("Lingering")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..", "io.netty.handler..", "io.netty.util.concurrent..")
                .because("a conversation that needs a channel cannot be a list of values in a test")
                .check(CLASSES);
    }

    @Test
    void the_hello_parser_knows_the_jdk_only() {
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.hello")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "io.overt.edge.hello..", "org.jspecify..")
                .because("it is fuzzed, replayed and timed without the rest of the edge")
                .check(CLASSES);
    }

    @Test
    void nothing_here_reads_a_clock_or_starts_a_thread() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(System.class, Runnable.class, java.util.concurrent.Executor.class)
                .because("time comes in with the bytes or by the event loop")
                .check(CLASSES);
    }
}

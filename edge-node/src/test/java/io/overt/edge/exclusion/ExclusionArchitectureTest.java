package io.overt.edge.exclusion;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ExclusionArchitectureTest {
    @Test
    void the_ledger_knows_no_shell_and_no_clock() {
        var classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.overt.edge.exclusion");
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.exclusion")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "io.grpc..",
                        "com.hazelcast..",
                        "com.google.protobuf..",
                        "org.slf4j..",
                        "io.overt.edge.net..",
                        "io.overt.edge.site..",
                        "io.overt.proto..",
                        "io.overt.service..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Clock.class, InstantSource.class, Thread.class, System.class)
                .because("evidence must come to the same whenever it is replayed")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.exclusion")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .check(classes);
    }
}

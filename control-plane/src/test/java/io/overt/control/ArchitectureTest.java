package io.overt.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.overt.control", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packages_depend_one_way =
            layeredArchitecture()
                    .consideringOnlyDependenciesInAnyPackage("io.overt.control..")
                    .layer("store")
                    .definedBy("io.overt.control.store")
                    .layer("publish")
                    .definedBy("io.overt.control.publish")
                    .layer("lists")
                    .definedBy("io.overt.control.lists")
                    .layer("edges")
                    .definedBy("io.overt.control.edges")
                    .layer("admin")
                    .definedBy("io.overt.control.admin")
                    .layer("witness")
                    .definedBy("io.overt.control.witness")
                    .layer("keys")
                    .definedBy("io.overt.control.keys")
                    .layer("author")
                    .definedBy("io.overt.control.author")
                    .layer("cli")
                    .definedBy("io.overt.control.cli")
                    .layer("root")
                    .definedBy("io.overt.control")
                    .whereLayer("root")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("author")
                    .mayOnlyBeAccessedByLayers("admin", "cli")
                    .whereLayer("admin")
                    .mayOnlyBeAccessedByLayers("root", "cli")
                    .whereLayer("edges")
                    .mayOnlyBeAccessedByLayers("root", "admin")
                    .whereLayer("publish")
                    .mayOnlyBeAccessedByLayers("root", "admin")
                    .whereLayer("store")
                    .mayOnlyBeAccessedByLayers(
                            "root", "admin", "edges", "publish", "lists", "witness")
                    .whereLayer("lists")
                    .mayOnlyBeAccessedByLayers("root", "admin", "publish", "cli")
                    .whereLayer("witness")
                    .mayOnlyBeAccessedByLayers("root")
                    .whereLayer("keys")
                    .mayOnlyBeAccessedByLayers("publish", "witness");

    @ArchTest
    static final ArchRule only_the_store_speaks_sql =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.overt.control.store")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.jdbi..", "org.sqlite..", "java.sql..")
                    .because(
                            "what is kept, and that it never changes, must be readable in one package");

    @ArchTest
    static final ArchRule publishing_knows_no_wire =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.overt.control.publish", "io.overt.control.store")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.grpc..", "io.netty..")
                    .because("the next API, REST, publishes through the same door");

    @ArchTest
    static final ArchRule nothing_here_depends_on_edge_or_signer =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.overt.edge..", "io.overt.signer..")
                    .because("modules depend downwards only");
}

package io.overt.control;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
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
                    .layer("rollout")
                    .definedBy("io.overt.control.rollout")
                    .layer("admin")
                    .definedBy("io.overt.control.admin")
                    .layer("witness")
                    .definedBy("io.overt.control.witness")
                    .layer("keys")
                    .definedBy("io.overt.control.keys")
                    .layer("author")
                    .definedBy("io.overt.control.author")
                    .layer("web")
                    .definedBy("io.overt.control.web..")
                    .layer("cli")
                    .definedBy("io.overt.control.cli")
                    .layer("access")
                    .definedBy("io.overt.control.access..")
                    .layer("audit")
                    .definedBy("io.overt.control.audit")
                    .layer("root")
                    .definedBy("io.overt.control")
                    .whereLayer("root")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .layer("once")
                    .definedBy("io.overt.control.once")
                    .whereLayer("once")
                    .mayOnlyBeAccessedByLayers("root")
                    .whereLayer("web")
                    .mayOnlyBeAccessedByLayers("root")
                    .whereLayer("author")
                    .mayOnlyBeAccessedByLayers("admin", "cli")
                    .whereLayer("admin")
                    .mayOnlyBeAccessedByLayers("root", "cli")
                    .whereLayer("edges")
                    .mayOnlyBeAccessedByLayers("root", "admin")
                    .whereLayer("publish")
                    .mayOnlyBeAccessedByLayers("root", "admin", "web")
                    .whereLayer("store")
                    .mayOnlyBeAccessedByLayers(
                            "root", "admin", "edges", "publish", "lists", "rollout", "witness",
                            "audit", "access", "once", "web")
                    .whereLayer("lists")
                    .mayOnlyBeAccessedByLayers("root", "admin", "publish", "cli")
                    .whereLayer("audit")
                    .mayOnlyBeAccessedByLayers("root", "admin", "access", "cli")
                    .whereLayer("access")
                    .mayOnlyBeAccessedByLayers("root", "admin", "web", "cli", "once")
                    .whereLayer("rollout")
                    .mayOnlyBeAccessedByLayers("root", "admin", "edges", "cli")
                    .whereLayer("witness")
                    .mayOnlyBeAccessedByLayers("root", "admin")
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
                    .resideInAnyPackage(
                            "io.overt.control.publish",
                            "io.overt.control.store",
                            "io.overt.control.rollout")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.grpc..", "io.netty..")
                    .because("the next API, REST, publishes through the same door");

    @ArchTest
    static final ArchRule the_web_has_no_second_definition_of_a_service =
            noClasses()
                    .that()
                    .resideInAPackage("io.overt.control.web.rest")
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                            "io.overt.proto.control..", "io.overt.control.admin..")
                                    .and(not(simpleName("HttpProto"))))
                    .because("what HTTP and JSON can do is written in the .proto files alone");

    @ArchTest
    static final ArchRule the_machine_of_a_rollout_is_pure =
            noClasses()
                    .that()
                    .haveNameMatching(
                            "io\\.overt\\.control\\.rollout\\.(State|Exits|Event|Step|Phase|Target|Progress|Look|Plan|Gate|Rollout)(\\$.*)?")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.overt.control.store..",
                            "io.grpc..",
                            "io.micrometer..",
                            "org.slf4j..",
                            "java.util.concurrent..")
                    .orShould()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("java.time.Clock")
                    .because("replaying what was kept must give the same state, without a clock");

    @ArchTest
    static final ArchRule nothing_here_depends_on_edge_or_signer =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.overt.edge..", "io.overt.signer..")
                    .because("modules depend downwards only");
}

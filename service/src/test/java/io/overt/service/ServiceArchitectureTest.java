package io.overt.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.overt.service", importOptions = ImportOption.DoNotIncludeTests.class)
class ServiceArchitectureTest {

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.overt.service.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule configuration_depends_on_nothing_of_ours =
            classes()
                    .that()
                    .resideInAnyPackage("io.overt.service.config", "io.overt.service.json")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "org.jspecify..",
                            "org.snakeyaml.engine..",
                            "io.overt.service.config",
                            "io.overt.service.json",
                            "io.overt.service.bundle")
                    .because(
                            "they are read by people who debug a start, before anything else exists");

    @ArchTest
    static final ArchRule what_is_signed_of_a_policy_depends_on_its_contract_alone =
            classes()
                    .that()
                    .resideInAPackage("io.overt.service.bundle")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "org.jspecify..",
                            "com.google.protobuf..",
                            "io.overt.proto.policy..",
                            "io.overt.service.bundle")
                    .because("both ends of a signature must read the same bytes the same way");

    @ArchTest
    static final ArchRule the_module_knows_no_other_but_proto =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.overt.edge..",
                            "io.overt.signer..",
                            "io.overt.control..",
                            "io.overt.policy..",
                            "io.overt.x509..")
                    .because("every process is made of it");

    @ArchTest
    static final ArchRule approvals_know_nothing_of_what_is_approved =
            noClasses()
                    .that()
                    .resideInAPackage("..approval..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.overt.proto..", "io.grpc..", "io.netty..")
                    .because("who may act is told apart from what is done");
}

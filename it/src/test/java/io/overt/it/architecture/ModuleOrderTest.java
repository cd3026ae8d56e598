package io.overt.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** The module graph of ARCHITECTURE.md, and the bans that hold across modules. */
@AnalyzeClasses(packages = "io.overt", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleOrderTest {
    @ArchTest
    static void modules_depend_only_on_what_the_architecture_lists(JavaClasses ours) {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("proto")
                .definedBy("io.overt.proto..")
                .layer("x509")
                .definedBy("io.overt.x509..")
                .layer("policy")
                .definedBy("io.overt.policy..")
                .layer("service")
                .definedBy("io.overt.service..")
                .layer("signer")
                .definedBy("io.overt.signer..")
                .layer("control")
                .definedBy("io.overt.control..")
                .layer("edge")
                .definedBy("io.overt.edge..")
                .layer("testkit")
                .definedBy("io.overt.testkit..")
                .layer("it")
                .definedBy("io.overt.it..")
                .whereLayer("proto")
                .mayNotAccessAnyLayer()
                .whereLayer("x509")
                .mayNotAccessAnyLayer()
                .whereLayer("policy")
                .mayNotAccessAnyLayer()
                .whereLayer("testkit")
                .mayNotAccessAnyLayer()
                .whereLayer("service")
                .mayOnlyAccessLayers("proto")
                .whereLayer("signer")
                .mayOnlyAccessLayers("proto", "x509", "service")
                .whereLayer("control")
                .mayOnlyAccessLayers("proto", "policy", "x509", "service")
                .whereLayer("edge")
                .mayOnlyAccessLayers("proto", "x509", "policy", "service")
                .because("dependencies point one way, so that each part can be taken over alone")
                .check(ours);
    }

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.overt.(*).(**)")
                    .should()
                    .beFreeOfCycles()
                    .because("a cycle is one package that pretends to be several");

    @ArchTest
    static final ArchRule hazelcast_stays_behind_its_port =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.overt.edge.site..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.hazelcast..")
                    .because(
                            "the community edition has holes that are answered in one place, and a"
                                    + " site must be able to switch it off");

    @ArchTest
    static final ArchRule nothing_uses_java_serialization =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("java.io.ObjectInputStream")
                    .because("deserialising is running what a peer chose");

    @ArchTest
    static final ArchRule every_package_is_null_marked =
            classes()
                    .that()
                    .haveSimpleName("package-info")
                    .and()
                    .resideOutsideOfPackage("io.overt.proto..")
                    .should()
                    .beAnnotatedWith(NullMarked.class)
                    .because("NullAway checks only what is marked");
}

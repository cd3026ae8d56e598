package io.overt.edge.policy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.overt.edge.policy",
        importOptions = ImportOption.DoNotIncludeTests.class)
class PolicyArchitectureTest {

    @ArchTest
    static final ArchRule what_decides_is_pure =
            noClasses()
                    .that()
                    .haveNameMatching(
                            ".*\\.(BundleVerifier|VerifiedBundle|Verification|Taking|PolicyInForce|ActivePolicy)(\\$.*)?")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.grpc..",
                            "io.netty..",
                            "java.nio.file..",
                            "org.slf4j..",
                            "io.micrometer..")
                    .because(
                            "whether a version is taken must be decidable, and testable, without a network or a disk");

    @ArchTest
    static final ArchRule the_feed_knows_no_data_path =
            noClasses()
                    .that()
                    .resideInAPackage("io.overt.edge.policy")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.overt.edge.flow..",
                            "io.overt.edge.net..",
                            "io.overt.edge.forge..",
                            "io.overt.edge.site..",
                            "io.overt.edge.http..",
                            "io.overt.control..")
                    .because("connections read the policy; the policy knows no connection");
}

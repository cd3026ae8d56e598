package io.overt.policy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The engine is shared by the edge, the control plane and dry runs, so it can be none of them. */
@AnalyzeClasses(packages = "io.overt.policy", importOptions = ImportOption.DoNotIncludeTests.class)
final class PurityTest {
    @ArchTest
    static final ArchRule only_the_jdk_and_the_yaml_parser =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideOutsideOfPackages(
                                    "io.overt.policy..",
                                    "java..",
                                    "org.snakeyaml.engine..",
                                    "org.jspecify.annotations.."))
                    .because("whoever embeds it gets no second logger, network stack or framework");

    @ArchTest
    static final ArchRule no_files_no_network_no_threads =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                    "java.io..",
                                    "java.nio.file..",
                                    "java.nio.channels..",
                                    "java.net.http..",
                                    "java.util.concurrent..",
                                    "java.util.logging..",
                                    "java.sql.."))
                    .because(
                            "the same source and the same facts give the same decision everywhere");

    @ArchTest
    static final ArchRule no_clock_and_no_chance =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "java\\.time\\.Clock|java\\.util\\.(Random|random\\..*)|java\\.security\\.SecureRandom"
                                    + "|java\\.net\\.(Socket|ServerSocket|URL|URI)|java\\.lang\\.(Thread|Process.*)")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(java.time.Instant.class, "now")
                    .orShould()
                    .callMethod(java.net.InetAddress.class, "getByName", String.class)
                    .orShould()
                    .callMethod(java.net.InetAddress.class, "getHostName")
                    .because(
                            "a dry run decides over facts of last week, and nothing here may look a name up");
}

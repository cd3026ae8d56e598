package io.overt.x509;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Random;
import org.junit.jupiter.api.Test;

class X509ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.overt.x509");

    @Test
    void x509_depends_on_the_JDK_BouncyCastle_and_null_annotations_only() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.overt.x509..",
                        "java..",
                        "javax.security..",
                        "org.bouncycastle..",
                        "org.jspecify..",
                        // InternetDomainName alone: the Public Suffix List (ADR 0111).
                        "com.google.common.net..")
                .because(
                        "edge, signer and log monitor all run it; what one of them lacks it cannot use")
                .check(CLASSES);
    }

    @Test
    void x509_reads_no_clock() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callConstructor(Date.class)
                .because(
                        "edge and signer would derive different bytes, and tests could not say what time it is")
                .check(CLASSES);
    }

    @Test
    void x509_has_no_randomness_threads_or_sockets() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.concurrent..",
                        "javax.net..",
                        "java.net.http..",
                        "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Socket.class)
                .because("it is a function of its arguments")
                .check(CLASSES);
    }

    @Test
    void the_linter_knows_nothing_of_the_recipe() {
        noClasses()
                .that()
                .resideInAPackage("..lint..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        MirrorRecipe.class,
                        LeafExtensions.class,
                        LeafRules.class,
                        LeafValidity.class)
                .because("what made the bytes does not judge them")
                .check(CLASSES);
    }

    @Test
    void only_the_linter_says_that_something_was_linted() {
        noClasses()
                .that()
                .doNotHaveSimpleName("LeafLint")
                .should()
                .callConstructor(
                        io.overt.x509.lint.LintedTbs.class,
                        TbsCertificateDer.class,
                        io.overt.x509.lint.LeafTerms.class)
                .because("it is the proof that every rule was asked")
                .check(CLASSES);
    }

    @Test
    void only_trust_anchors_read_files() {
        noClasses()
                .that()
                .doNotHaveSimpleName("TrustAnchors")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Path.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(File.class)
                .because("TrustAnchors.fromPem, called at start, is the one exception")
                .check(CLASSES);
    }
}

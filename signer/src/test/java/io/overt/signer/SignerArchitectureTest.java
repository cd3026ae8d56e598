package io.overt.signer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.overt.signer.issue.IssuanceToken;
import io.overt.signer.issue.IssuingDesk;
import io.overt.signer.key.SigningKey;

// checklist 73
@AnalyzeClasses(packages = "io.overt.signer", importOptions = ImportOption.DoNotIncludeTests.class)
class SignerArchitectureTest {

    @ArchTest
    static final ArchRule
            the_desk_has_certificates_signed_the_publisher_checkpoints_and_nobody_else_but_the_maker_of_crls =
                    noClasses()
                            .that()
                            .doNotBelongToAnyOf(IssuingDesk.class)
                            .and()
                            .doNotHaveFullyQualifiedName("io.overt.signer.log.LogPublisher")
                            .and()
                            .doNotHaveFullyQualifiedName("io.overt.signer.crl.CrlMaker")
                            .should()
                            .callMethod(SigningKey.class, "sign", byte[].class)
                            .because("there is no way to have signed what was not checked");

    @ArchTest
    static final ArchRule only_the_checks_make_a_token_for_it =
            noClasses()
                    .that()
                    .doNotHaveSimpleName("ForgeChecks")
                    .should()
                    .callConstructor(
                            IssuanceToken.class,
                            io.overt.signer.issue.Issuer.class,
                            io.overt.x509.lint.LintedTbs.class,
                            String.class,
                            String.class,
                            io.overt.signer.issue.IssuanceIndex.Evidence.class)
                    .because("an IssuanceToken is the proof that the checks were passed");

    @ArchTest
    static final ArchRule issuing_knows_no_wire_and_no_sql =
            noClasses()
                    .that()
                    .resideInAPackage("..issue..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.grpc..", "org.jdbi..", "java.sql..", "org.sqlite..")
                    .because("what may be signed is told apart from how it is asked for and kept");

    @ArchTest
    static final ArchRule keys_know_no_certificates_of_ours_and_no_requests =
            noClasses()
                    .that()
                    .resideInAPackage("..key..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.overt.signer.issue..",
                            "io.overt.signer.store..",
                            "io.overt.x509..",
                            "io.overt.proto..",
                            "io.overt.service..")
                    .because("a token can be replaced by another without a look at the rest");

    @ArchTest
    static final ArchRule only_the_store_speaks_sql =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..store..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.jdbi..", "org.sqlite..", "java.sql..")
                    .because("what is durable, and when, is settled in one place");
}

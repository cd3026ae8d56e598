package io.overt.edge.flow;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.overt.edge.forge.Tier;
import org.junit.jupiter.api.Test;

class FlowArchitectureTest {
    private static final JavaClasses FLOW =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.overt.edge.flow");

    @Test
    void the_state_machine_knows_no_shell() {
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.flow")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "org.slf4j..",
                        "java.util.logging..",
                        "java.util.concurrent..",
                        "java.time..",
                        "io.overt.edge.net..",
                        "io.overt.edge.record..",
                        "io.overt.edge.site..",
                        "io.overt.service..")
                .because(
                        "a machine that can wait, log or look at a clock cannot be replayed from"
                                + " its events")
                .check(FLOW);
    }

    @Test
    void the_state_machine_does_not_start_threads_or_read_the_clock() {
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.flow")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class, Runnable.class, System.class)
                .because("the same events must give the same steps")
                .check(FLOW);
    }

    @Test
    void of_forging_it_knows_the_name_of_a_tier_and_no_more() {
        noClasses()
                .that()
                .resideInAPackage("io.overt.edge.flow")
                .should()
                .dependOnClassesThat(
                        com.tngtech.archunit.base.DescribedPredicate.describe(
                                "forging apart from Tier",
                                other ->
                                        other.getPackageName().equals("io.overt.edge.forge")
                                                && !other.isEquivalentTo(Tier.class)))
                .because("native credentials belong to the shell")
                .check(FLOW);
    }
}

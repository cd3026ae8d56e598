package io.overt.control.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.overt.proto.control.v1.AccessProto;
import io.overt.proto.control.v1.AccessRole;
import io.overt.proto.control.v1.AuditAdminGrpc;
import io.overt.proto.control.v1.ExclusionAdminGrpc;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.ReportAdminGrpc;
import io.overt.proto.control.v1.RolloutAdminGrpc;
import io.overt.testkit.browser.Chromium;
import io.overt.testkit.browser.Tab;
import io.overt.testkit.browser.Tab.Scheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every view of the console in a real browser: for people of several roles, by keyboard alone, in
 * light and dark, narrow, and as axe-core sees it. The desk is the same for all of them; none
 * undoes what another needs.
 */
class ConsoleViewsTest {
    private static Chromium browser;
    private static Desk desk;
    private static final Map<String, Doorway> DOORWAYS = new HashMap<>();

    @TempDir static Path folder;
    private final List<Tab> tabs = new ArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        browser = Chromium.start(folder.resolve("chromium"));
        desk = new Desk(folder);
        for (var person : List.of("ann", "vera")) {
            DOORWAYS.put(person, desk.doorway(person));
        }
        for (int i = 1; i <= 4; i++) {
            desk.edge("hq", "edge-" + i, i == 1 ? List.of("canary") : List.of(), _ -> false);
        }
        desk.edge("lab", "edge-1", List.of(), _ -> false);
    }

    @AfterAll
    static void close() throws Exception {
        browser.close();
        desk.close();
    }

    @AfterEach
    void nothingWasComplainedOf() {
        try {
            tabs.forEach(tab -> assertThat(tab.complaints()).isEmpty());
        } finally {
            tabs.forEach(Tab::close);
        }
    }

    @Test
    void an_emergency_takes_the_sites_name_and_is_seen_on_every_view_until_it_is_lifted()
            throws Exception {
        var tab = tab("ann", "emergency?site=lab");
        tab.fill("textbox", "Reason, for the record", "Card terminals refuse");
        tab.click("button", "Splice everything …");
        tab.fill("textbox", "Type the site's name, lab, to confirm", "hq");
        tab.press("Enter");
        tab.untilSeen("Type “lab” to go on.");
        tab.fill("textbox", "Type the site's name, lab, to confirm", "lab");
        tab.press("Enter");
        tab.untilSeen("Nothing is inspected at lab");
        tab.untilSeen("1 edge obeys");
        shot(tab, "emergency");
        tab.press("g");
        tab.press("r");
        tab.untilSeen("Nothing was rolled out yet");
        assertThat(tab.text())
                .contains("Nothing is inspected at lab")
                .contains("Card terminals refuse");
        tab.press("g");
        tab.press("e");
        tab.click("button", "Lift the emergency at lab");
        tab.fill("textbox", "Why, for the record", "Replaced");
        tab.press("Enter");
        tab.untilGone("Nothing is inspected at lab ");
    }

    @Test
    void an_exclusion_is_confirmed_and_its_name_is_text_whatever_it_is() throws Exception {
        var tab = tab("ann", "exclusions?site=hq");
        tab.untilSeen("<b>pinned</b>.bank.example");
        assertThat(tab.evaluate("document.querySelectorAll('main b').length").getAsInt()).isZero();
        tab.click("button", "Confirm <b>pinned</b>.bank.example at hq");
        tab.untilSeen("Stop inspecting <b>pinned</b>.bank.example?");
        tab.click("button", "Confirm");
        tab.untilSeen("confirmed");
        shot(tab, "exclusions");
    }

    @Test
    void a_log_is_seen_with_its_entries_and_names_are_left_to_who_has_the_key() throws Exception {
        var tab = tab("ann", "logs");
        tab.untilSeen("300 entries");
        tab.untilSeen("consistent");
        tab.click("link", "signer-1.example/log");
        tab.untilSeen("each proven to be under the head of 300");
        assertThat(tab.text()).contains("overt-signer log search").contains("299");
        shot(tab, "log");
        tab.fill("textbox", "From entry downwards", "41");
        tab.press("Enter");
        tab.untilSeen("42 entries looked at");
    }

    @Test
    void acts_are_in_the_trail_and_the_chain_is_whole() throws Exception {
        var tab = tab("ann", "audit");
        tab.untilSeen("Line");
        tab.click("button", "Verify the chain");
        tab.untilSeen("Whole:");
        shot(tab, "audit");
    }

    @Test
    void whoever_may_only_look_has_no_button_that_works_and_reads_why() throws Exception {
        var tab = tab("vera", "emergency?site=hq");
        tab.untilSeen("vera");
        tab.untilSeen("Splice everything …");
        assertThat(
                        tab.evaluate("document.querySelector('main button.danger').innerText")
                                .getAsString())
                .contains("needs the role operator");
        assertThat(
                        tab.evaluate(
                                        "document.querySelector('main button.danger').getAttribute('aria-disabled')")
                                .getAsString())
                .isEqualTo("true");
        var refused =
                tab.evaluate(
                        """
                        fetch("/v1/sites/hq/emergency", {method: "POST", headers: {"content-type": "application/json"},
                          body: JSON.stringify({lasting: "60s", reason: "x"})}).then(answer => answer.status)
                        """);
        assertThat(refused.getAsInt()).isEqualTo(403);
        tab.go(DOORWAYS.get("vera").url("policy"));
        tab.untilSeen("needs the role author, approver, operator or security");
        shot(tab, "viewer");
    }

    @Test
    void what_the_page_lets_roles_do_is_what_the_methods_say() throws Exception {
        var tab = tab("ann", "fleet");
        tab.untilSeen("edges connected");
        var said =
                tab.evaluate("import('/js/session.js').then(module => module.NEEDS)")
                        .getAsJsonObject();
        var ruled = new TreeMap<String, List<String>>();
        Stream.of(
                        RolloutAdminGrpc.getServiceDescriptor(),
                        PolicyAdminGrpc.getServiceDescriptor(),
                        ExclusionAdminGrpc.getServiceDescriptor(),
                        AuditAdminGrpc.getServiceDescriptor(),
                        ReportAdminGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> said.has(method.getBareMethodName()))
                .forEach(method -> ruled.put(method.getBareMethodName(), roles(method)));
        var shown = new TreeMap<String, List<String>>();
        said.entrySet()
                .forEach(
                        entry ->
                                shown.put(
                                        entry.getKey(),
                                        entry.getValue().getAsJsonArray().asList().stream()
                                                .map(role -> role.getAsString())
                                                .toList()));
        assertThat(shown).isEqualTo(ruled);
    }

    private static List<String> roles(MethodDescriptor<?, ?> method) {
        var supplier =
                (ProtoMethodDescriptorSupplier)
                        Objects.requireNonNull(method.getSchemaDescriptor());
        return supplier
                .getMethodDescriptor()
                .getOptions()
                .getExtension(AccessProto.access)
                .getRolesList()
                .stream()
                .map(AccessRole::name)
                .map(name -> name.substring("ACCESS_ROLE_".length()).toLowerCase(Locale.ROOT))
                .toList();
    }

    @Test
    void everything_is_reached_without_a_mouse() throws Exception {
        var tab = tab("ann", "fleet");
        tab.untilSeen("5 edges");
        tab.press("Tab");
        assertThat(tab.focused()).isEqualTo("link Skip to content");
        tab.press("Enter");
        tab.press("Tab");
        assertThat(
                        tab.evaluate(
                                        "document.querySelector('main').contains(document.activeElement)")
                                .getAsBoolean())
                .isTrue();
        // A dialog keeps the focus, closes on Escape, and gives it back.
        tab.evaluate("document.getElementById('keys').focus()");
        tab.press("Enter");
        tab.untilSeen("Next row");
        for (int i = 0; i < 6; i++) {
            tab.press("Tab");
            assertThat(
                            tab.evaluate(
                                            "document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)")
                                    .getAsBoolean())
                    .isTrue();
        }
        shot(tab, "keys");
        tab.press("Escape");
        tab.untilGone("Next row");
        assertThat(tab.focused()).startsWith("button Keys");
        // Rows, the filter, and a view by its letters.
        tab.press("j");
        assertThat(tab.focused()).isEqualTo("link edge-1");
        tab.press("/");
        assertThat(tab.focused()).isEqualTo("searchbox Filter edges");
        tab.type("lab");
        tab.untilSeen("1 edge\n");
        tab.press("Escape");
        tab.press("g");
        tab.press("p");
        tab.untilSeen("It compiles");
        // The editor takes Tab, and gives it back after Escape.
        tab.evaluate("document.querySelector('textarea').focus()");
        tab.press("Tab");
        assertThat(tab.evaluate("document.activeElement.value").getAsString()).contains("  ");
        assertThat(tab.focused()).startsWith("textbox policy.yaml");
        tab.press("Escape");
        tab.press("Tab");
        assertThat(tab.focused()).doesNotStartWith("textbox");
    }

    @Test
    void axe_finds_nothing_serious_and_no_view_is_wider_than_a_narrow_screen() throws Exception {
        var tab = tab("ann", "fleet");
        tab.untilSeen("5 edges");
        var axe = axe();
        for (var scheme : Scheme.values()) {
            tab.prefer(scheme);
            for (var view : VIEWS.entrySet()) {
                tab.resize(1360, 900);
                tab.go(DOORWAYS.get("ann").url(view.getKey()));
                tab.untilSeen(view.getValue());
                var name =
                        view.getKey().replaceAll("\\W+", "-")
                                + "-"
                                + scheme.name().toLowerCase(Locale.ROOT);
                shot(tab, name);
                assertThat(violations(tab, axe, scheme)).as(name).isEmpty();
                tab.resize(400, 860);
                assertThat(tab.evaluate("document.documentElement.scrollWidth").getAsInt())
                        .as(name)
                        .isLessThanOrEqualTo(400);
                if (scheme == Scheme.LIGHT) {
                    shot(tab, name + "-narrow");
                }
            }
        }
    }

    private static List<String> violations(Tab tab, String axe, Scheme scheme) {
        if (!tab.evaluate("'axe' in globalThis").getAsBoolean()) {
            tab.evaluate(axe + ";0");
        }
        var found = new ArrayList<String>();
        for (var each :
                tab.evaluate(
                                "axe.run(document, "
                                        // What differs in the dark are colours.
                                        + (scheme == Scheme.DARK
                                                ? "{runOnly: ['color-contrast']}"
                                                : "{resultTypes: ['violations']}")
                                        + ").then(all => all.violations"
                                        + ".map(each => ({id: each.id, impact: each.impact, at: each.nodes.map(node => node.target.join(' ')"
                                        + " + ' ' + node.failureSummary).slice(0, 3).join('; ')})))")
                        .getAsJsonArray()) {
            JsonObject violation = each.getAsJsonObject();
            if (List.of("serious", "critical").contains(violation.get("impact").getAsString())) {
                found.add(violation.toString());
            }
        }
        return found;
    }

    private static String axe() throws IOException {
        try (var in =
                Objects.requireNonNull(ConsoleViewsTest.class.getResourceAsStream("/axe.min.js"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Tab tab(String person, String hash) {
        var tab = browser.open(1360, 900);
        tabs.add(tab);
        tab.resize(1360, 900);
        tab.go(DOORWAYS.get(person).url(hash));
        return tab;
    }

    private static void shot(Tab tab, String name) throws IOException {
        tab.screenshot(Path.of("target/console/" + name + ".png"));
    }

    /** Views, and what each shows once it is there. */
    private static final Map<String, String> VIEWS =
            new TreeMap<>(
                    Map.of(
                            "fleet", "5 edges",
                            "rollouts", "Start a rollout",
                            "rollouts/new", "There is no version yet",
                            "emergency", "Splice everything at a site",
                            "policy", "It compiles",
                            "approvals", "There is no version yet",
                            "exclusions", "bank.example",
                            "reports", "Broken sites",
                            "logs", "consistent",
                            "audit", "Verify the chain"));
}

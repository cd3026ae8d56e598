package io.overt.control.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.ControlConfig;
import io.overt.control.ControlYaml;
import io.overt.control.web.notice.Language;
import io.overt.service.config.ConfigException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sections {@code web} and {@code notice} of the configuration. */
class WebSettingsTest {
    @TempDir Path folder;

    /** Commented out in it: it needs a certificate. */
    @Test
    void the_example_of_a_web_listener_shows_its_defaults() throws Exception {
        var shown = read(ControlYaml.commentedOut("web")).web().orElseThrow();
        var defaults = read("web: {certificate: c, key: k}").web().orElseThrow();

        assertThat(shown)
                .usingRecursiveComparison()
                .ignoringFields("certificate", "key", "clientTrustAnchors")
                .isEqualTo(defaults);
        assertThat(defaults.clientTrustAnchors()).isEmpty();
    }

    @Test
    void the_example_of_a_notice_can_be_read() throws Exception {
        var notice =
                read("web: {certificate: c, key: k}\n" + ControlYaml.commentedOut("notice"))
                        .notice()
                        .orElseThrow();

        assertThat(notice.words()).containsKeys(Language.EN, Language.DE);
        assertThat(notice.caCertificates()).hasSize(1);
    }

    @Test
    void a_notice_without_a_listener_is_refused() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "notice: {organisation: a, contact: b, about: {en: c},"
                                                + " ca-certificates: [d]}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("notice: without web (expected: web, whose listener serves");
    }

    private ControlConfig read(String sections) throws Exception {
        return ControlYaml.read(folder, sections);
    }
}

package io.overt.signer.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestPki;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeverForgedTest {

    private static final TestPki PKI = TestPki.create();

    @ParameterizedTest(name = "{0} keeps {1} from being forged: {2}")
    @CsvSource({
        "corp.example,          corp.example,          true",
        "corp.example,          CORP.Example,          true",
        "corp.example,          www.corp.example,      false",
        "corp.example,          notcorp.example,       false",
        "www.corp.example,      *.corp.example,        true",
        "www.corp.example,      *.example,             false",
        "a.b.corp.example,      *.corp.example,        false",
        "*.corp.example,        www.corp.example,      true",
        "*.corp.example,        a.b.corp.example,      true",
        "*.corp.example,        corp.example,          false",
        "*.corp.example,        *.corp.example,        true",
        "*.corp.example,        *.b.corp.example,      true",
        "*.corp.example,        xcorp.example,         false",
        "192.0.2.1,             192.0.2.1,             true",
        "192.0.2.1,             192.0.2.2,             false",
        "2001:db8::1,           2001:db8:0:0:0:0:0:1,  true",
    })
    void a_certificate_that_would_serve_a_listed_name_is_a_hit(
            String listed, String presented, boolean hit) throws Exception {
        NeverForged list = new NeverForged(List.of(listed));

        assertThat(
                        list.hit(
                                        PKI.issue(
                                                        CertificateSpec.leaf(
                                                                "harmless.example", presented))
                                                .certificate())
                                .isPresent())
                .isEqualTo(hit);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "*.", "*.192.0.2.1", "a b", "b\u00fccher.example", "*.*.example"})
    void what_cannot_be_a_name_is_refused(String listed) {
        assertThatThrownBy(() -> new NeverForged(List.of(listed)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_empty_list_hits_nothing() throws Exception {
        assertThat(new NeverForged(List.of()).hit(PKI.leaf("www.corp.example").certificate()))
                .isEmpty();
    }
}

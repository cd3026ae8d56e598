package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpRulesTest {
    @ParameterizedTest(name = "{0} blocks {1}{2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                // pattern | authority | target | blocked
                "chat.example/*            | chat.example      | /                       | true",
                "chat.example/*            | chat.example      | /a/b?c                  | true",
                "chat.example/*            | other.example     | /                       | false",
                "chat.example/*            | www.chat.example  | /                       | false",
                "'*.chat.example/*'        | www.chat.example  | /                       | true",
                "'*.chat.example/*'        | chat.example      | /                       | false",
                ".chat.example/*           | chat.example      | /                       | true",
                "'*/admin'                 | any.example       | /admin                  | true",
                "'*/admin'                 | 192.0.2.1         | /admin                  | true",
                "192.0.2.1/*               | 192.0.2.1:8443    | /x                      | true",
                "192.0.2.1/*               | 192.0.2.2         | /x                      | false",
                "'[2001:db8::1]/*'         | [2001:DB8:0::1]   | /x                      | true",
                "bücher.example/*          | xn--bcher-kva.example | /                   | true",
                // scheme and port: looked at when they are written
                "https://chat.example/*    | chat.example      | /                       | true",
                "http://chat.example/*     | chat.example      | /                       | false",
                "chat.example/*            | chat.example:8443 | /                       | true",
                "chat.example:443/*        | chat.example      | /                       | true",
                "chat.example:443/*        | chat.example:443  | /                       | true",
                "chat.example:443/*        | chat.example:8443 | /                       | false",
                "chat.example:8443/*       | chat.example:8443 | /                       | true",
                // path
                "chat.example/room         | chat.example      | /room                   | true",
                "chat.example/room         | chat.example      | /room?x=1               | true",
                "chat.example/room         | chat.example      | /room/                  | false",
                "chat.example/room         | chat.example      | /roomy                  | false",
                "chat.example/room         | chat.example      | /Room                   | false",
                "chat.example/*.exe        | chat.example      | /d/setup.exe            | true",
                "chat.example/*.exe        | chat.example      | /d/setup.exe.txt        | false",
                "chat.example/a*b*c        | chat.example      | /a-b-c                  | true",
                "chat.example/a*b*c        | chat.example      | /a-c-b                  | false",
                "chat.example/ab*bc        | chat.example      | /abc                    | false",
                "chat.example/ü            | chat.example      | /%c3%bc                 | true",
                // query: looked at when it is written
                "chat.example/s?q=*        | chat.example      | /s?q=x                  | true",
                "chat.example/s?q=*        | chat.example      | /s                      | false",
                "chat.example/s?*id=7*     | chat.example      | /s?a=b&id=7&c           | true",
                "chat.example/s?q=a b      | chat.example      | /s?q=a%20b              | true",
            })
    void a_url_pattern_is_about_these_urls(
            String pattern, String authority, String target, boolean blocked) {
        HttpDecision decision =
                blocking("{ url: '" + pattern + "' }")
                        .decide(Facts.unlike().request("GET", authority, target));

        assertThat(decision instanceof HttpDecision.Block).isEqualTo(blocked);
    }

    // Each of these reaches /admin/users of a.example at some server.
    @ParameterizedTest(name = "{0}{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "A.EXAMPLE            | /admin/users",
                "a.example.           | /admin/users",
                "a.example:443        | /admin/users",
                "a.example:           | /admin/users",
                "user:pw@a.example    | /admin/users",
                "%61.example          | /admin/users",
                "a.example            | /%61dmin/users",
                "a.example            | /%61%64%6d%69%6E/users",
                "a.example            | /admin%2Fusers",
                "a.example            | /admin%2fusers",
                "a.example            | /admin%5Cusers",
                "a.example            | /admin\\users",
                "a.example            | //admin/users",
                "a.example            | /admin//users",
                "a.example            | /./admin/users",
                "a.example            | /x/../admin/users",
                "a.example            | /../admin/users",
                "a.example            | /x/%2e%2e/admin/users",
                "a.example            | /x%2f..%2fadmin/users",
                "a.example            | /admin;v=1/users",
                "a.example            | /admin/users;jsessionid=1",
                "a.example            | /admin/users#x",
                "a.example            | /admin/users?",
                "a.example            | /admin/users?x",
                "a.example            | https://a.example/admin/users",
                "a.example            | HTTPS://A.example:443/admin/users",
                "a.example            | http://a.example/admin/users",
                "''                   | https://a.example/admin/users",
            })
    void no_spelling_of_a_url_gets_around_a_block(String authority, String target) {
        HttpDecision decision =
                blocking("{ url: a.example/admin/users }")
                        .decide(Facts.unlike().request("GET", authority, target));

        assertThat(decision).isInstanceOf(HttpDecision.Block.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/public/../admin",
                "/public/%2e%2e/admin",
                "/public%2f..%2fadmin",
                "/public/..;/admin",
                "/public/..%5cadmin",
                "/public\\..\\admin",
                "/public/x/../../admin",
            })
    void no_spelling_of_a_url_gets_into_an_exception_from_a_block(String target) {
        HttpRules rules =
                Documents.compiled(
                                """
                                policy: p
                                rules: [ { name: default, then: inspect } ]
                                http:
                                  - { name: public, when: { url: a.example/public/* }, then: pass }
                                  - { name: rest, when: { url: a.example/* }, then: block }
                                """)
                        .http();

        assertThat(rules.decide(Facts.unlike().request("GET", "a.example", target)))
                .isEqualTo(new HttpDecision.Block(new RuleName("rest"), Optional.empty()));
        assertThat(rules.decide(Facts.unlike().request("GET", "a.example", "/public/x")))
                .isEqualTo(new HttpDecision.Pass(Optional.of(new RuleName("public"))));
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                arguments("", "a.example", "target \"\" (expected: a path, an absolute URL or *)"),
                arguments(
                        "admin",
                        "a.example",
                        "target \"admin\" (expected: a path, an absolute URL or *)"),
                arguments(
                        "/",
                        "a.example:x",
                        "authority \"a.example:x\" (expected: host or host:port)"),
                arguments(
                        "/",
                        "a.example:65536",
                        "authority \"a.example:65536\" (expected: host or host:port)"),
                arguments(
                        "/",
                        "a.example/x",
                        "authority \"a.example/x\" (expected: host or host:port)"),
                arguments("/", "0x7f.1", "authority \"0x7f.1\" (expected: host or host:port)"),
                arguments(
                        "/",
                        "2001:db8::1",
                        "authority \"2001:db8::1\" (expected: host or host:port)"),
                arguments(
                        "/",
                        "a.example\u0000",
                        "authority \"a.example\\u0000\" (expected: host or host:port)"),
                arguments(
                        "https://b.example/",
                        "a.example",
                        "target names \"b.example\", Host names \"a.example\" (expected: the same)"),
                arguments(
                        "https:///x",
                        "a.example",
                        "target's authority \"\" (expected: host or host:port)"));
    }

    @ParameterizedTest(name = "{1}{0}")
    @MethodSource("unreadable")
    void what_cannot_be_read_as_a_url_is_said_to_be_unreadable_and_never_passes(
            String target, String authority, String detail) {
        assertThat(
                        blocking("{ url: c.example/* }")
                                .decide(Facts.unlike().request("GET", authority, target)))
                .isEqualTo(new HttpDecision.Unreadable(detail));
    }

    @Test
    void where_there_are_no_rules_nothing_is_looked_at() {
        HttpRules none =
                Documents.compiled("policy: p\nrules: [ { name: default, then: inspect } ]\n")
                        .http();

        assertThat(none.isEmpty()).isTrue();
        assertThat(none.decide(Facts.unlike().request("GET", "\u0000", "nonsense")))
                .isEqualTo(new HttpDecision.Pass(Optional.empty()));
    }

    @Test
    void a_request_that_names_no_host_is_about_the_connections_host() {
        HttpRules rules = blocking("{ url: a.example/* }");

        assertThat(rules.decide(Facts.to("a.example").request("GET", "", "/")))
                .isInstanceOf(HttpDecision.Block.class);
        assertThat(
                        rules.decide(
                                Facts.unlike()
                                        .noServerName()
                                        .connectHost("a.example")
                                        .request("GET", "", "/")))
                .isInstanceOf(HttpDecision.Block.class);
        assertThat(
                        blocking("{ url: 203.0.113.7/* }")
                                .decide(Facts.unlike().noServerName().request("GET", "", "/")))
                .isInstanceOf(HttpDecision.Block.class);
    }

    @Test
    void options_asterisk_and_connect_are_about_the_whole_host() {
        HttpRules rules = blocking("{ url: a.example/* }");

        assertThat(rules.decide(Facts.unlike().request("OPTIONS", "a.example", "*")))
                .isInstanceOf(HttpDecision.Block.class);
        assertThat(rules.decide(Facts.unlike().request("CONNECT", "a.example", "a.example:443")))
                .isInstanceOf(HttpDecision.Block.class);
    }

    @ParameterizedTest(name = "{0} of {1} {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{ method: POST }                      | POST |                              | true",
                "{ method: [PUT, post] }               | POST |                              | true",
                "{ method: POST }                      | pOST |                              | true",
                "{ method: POST }                      | GET  |                              | false",
                "{ header: { User-Agent: 'curl/*' } }  | GET  | user-agent: curl/8.5         | true",
                "{ header: { user-agent: 'CURL/*' } }  | GET  | USER-AGENT:curl/8.5          | true",
                "{ header: { user-agent: 'curl/*' } }  | GET  | user-agent: not curl/8       | false",
                "{ header: { user-agent: 'curl/*' } }  | GET  | x-user-agent: curl/8         | false",
                "{ header: { dnt: '*' } }              | GET  | dnt:                         | true",
                "{ header: { dnt: '*' } }              | GET  | accept: */*                  | false",
                "{ header: { a: [x, y] } }             | GET  | a: y                         | true",
                "{ cookie: { session: '*' } }          | GET  | cookie: a=b; session=1       | true",
                "{ cookie: { session: 'x*' } }         | GET  | cookie: a=b;session=1        | false",
                "{ cookie: { session: '*' } }          | GET  | cookie: xsession=1; Session=2| false",
                "{ cookie: { session: 'x*' } }          | GET  | cookie: session=X1            | false",
                "{ cookie: { session: 'x*' } }          | GET  | cookie: session=x1            | true",
                "{ cookie: { s: 'a=b' } }              | GET  | cookie: s=a=b                | true",
                "{ content-type: application/json }    | PUT  | content-type: Application/JSON; charset=utf-8 | true",
                "{ content-type: 'image/*' }           | PUT  | content-type: image/png      | true",
                "{ content-type: 'image/*' }           | PUT  | content-type: text/html;image/png | false",
                "{ content-type: 'image/*' }           | PUT  |                              | false",
                "{ host: www.example, method: GET }    | GET  |                              | true",
                "{ list: chats }                       | GET  |                              | true",
                "{ host: '*.www.example' }             | GET  |                              | false",
                "{ site: hq, client: 10.0.0.0/8 }      | GET  |                              | true",
                "{ site: lab }                         | GET  |                              | false",
                "{ not: { method: [GET, HEAD] } }      | GET  |                              | false",
                "{ not: { method: [GET, HEAD] } }      | PUT  |                              | true",
            })
    void a_condition_holds_for_this_request(
            String when, String method, String header, boolean holds) {
        String[] headers = header == null ? new String[0] : new String[] {header};

        HttpDecision decision =
                blocking(when)
                        .decide(
                                Facts.to("sni.example")
                                        .request(method, "www.example", "/", headers));

        assertThat(decision instanceof HttpDecision.Block).isEqualTo(holds);
    }

    @Test
    void the_first_rule_that_matches_decides_with_its_label() {
        HttpRules rules =
                Documents.compiled(
                                """
                                policy: p
                                rules: [ { name: default, then: inspect } ]
                                http:
                                  - name: no-chat
                                    when: { url: "chat.example/*", method: [POST] }
                                    then: block
                                    label: "Get back to work!"
                                  - { name: reading, when: { url: "chat.example/*" }, then: pass }
                                  - { name: nothing-else, then: block }
                                """)
                        .http();

        assertThat(rules.decide(Facts.unlike().request("POST", "chat.example", "/say")))
                .isEqualTo(
                        new HttpDecision.Block(
                                new RuleName("no-chat"), Optional.of("Get back to work!")));
        assertThat(rules.decide(Facts.unlike().request("GET", "chat.example", "/say")))
                .isEqualTo(new HttpDecision.Pass(Optional.of(new RuleName("reading"))));
        assertThat(rules.decide(Facts.unlike().request("GET", "other.example", "/")))
                .isEqualTo(new HttpDecision.Block(new RuleName("nothing-else"), Optional.empty()));
    }

    private static HttpRules blocking(String when) {
        return Documents.compiled(
                        Documents.source(
                                """
                                policy: p
                                rules: [ { name: default, then: inspect } ]
                                http:
                                  - { name: blocked, when: %s, then: block }
                                lists: { chats: { file: chats.txt } }
                                """
                                        .formatted(when),
                                Map.of("chats.txt", "www.example\n")))
                .http();
    }
}

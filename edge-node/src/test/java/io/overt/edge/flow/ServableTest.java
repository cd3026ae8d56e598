package io.overt.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.hello.ClientHello;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A row a clause. */
class ServableTest {

    // checklist 39
    @ParameterizedTest(name = "{0}")
    @MethodSource("hellos")
    void a_hello_is_served_if_it_leaves_room(
            String clause, ClientHello hello, Optional<Reason> reason) {
        assertThat(Servable.by(hello).map(Servable.Unservable::reason)).isEqualTo(reason);
    }

    static Stream<Arguments> hellos() {
        return Stream.of(
                row("tls 1.3 with all", v(0x0304), g(0x1d), s(0x0403), null),
                row("RFC 8446 4.2.3: RSA-PSS only", v(0x0304), g(0x1d), s(0x0804), Reason.NO_ECDSA),
                row("RFC 8446 4.2.3: P-384 only", v(0x0304), g(0x1d), s(0x0503), Reason.NO_ECDSA),
                row("RFC 8446 4.2.7: P-521 only", v(0x0304), g(0x19), s(0x0403), Reason.NO_ECDSA),
                row("post-quantum only", v(0x0304), g(0x11ec), s(0x0403), null),
                row("tls 1.2 with SHA-384", v(0x0303), g(0x1d, 0x17), s(0x0503), null),
                row("RFC 8422 5.1: no P-256", v(0x0303), g(0x1d), s(0x0403), Reason.NO_ECDSA),
                row("RFC 8422 5.1: no groups at all", v(0x0303), g(), s(0x0403), null),
                row("RFC 5246 7.4.1.4.1: no schemes", v(0x0303), g(0x17), s(), Reason.NO_ECDSA),
                row("tls 1.1", v(0x0302), g(0x17), s(0x0403), Reason.CLIENT_TOO_OLD),
                row("grease and tls 1.2", v(0x1a1a, 0x0303), g(0x17), s(0x0403), null));
    }

    private static Arguments row(
            String clause,
            List<Integer> versions,
            List<Integer> groups,
            List<Integer> schemes,
            @org.jspecify.annotations.Nullable Reason reason) {
        return Arguments.of(
                clause,
                Cast.hello(Optional.empty(), List.of(), versions, groups, schemes),
                Optional.ofNullable(reason));
    }

    private static List<Integer> v(Integer... values) {
        return List.of(values);
    }

    private static List<Integer> g(Integer... values) {
        return List.of(values);
    }

    private static List<Integer> s(Integer... values) {
        return List.of(values);
    }
}

package io.overt.edge.net;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Objects;
import net.fornwall.jelf.ElfException;
import net.fornwall.jelf.ElfFile;
import net.fornwall.jelf.ElfSymbol;

/**
 * The signature algorithms that are offered to upstreams: what browsers offer, and so without
 * {@code rsa_pkcs1_sha1}, which BoringSSL has last by default and its Java binding has no setting
 * for. BoringSSL has: {@code SSL_CTX_set_verify_algorithm_prefs}. The binding's library does not
 * export it, but its symbol table names it, so it is called where it was loaded, once it is shown
 * that its machine code lies there (ADR 0237). What is not offered BoringSSL refuses. Thread-safe.
 */
final class OfferedSignatures {
    private final MethodHandle setPrefs;

    private OfferedSignatures(MethodHandle setPrefs) {
        this.setPrefs = setPrefs;
    }

    /** Tells a context of them, before its first connection. */
    @SuppressWarnings("deprecation") // the pointer: "use with caution", and there is no other way
    void offerBy(ReferenceCountedOpenSslContext context) {
        try (var arena = Arena.ofConfined()) {
            var codes = arena.allocateFrom(ValueLayout.JAVA_SHORT, CODES);
            var done =
                    (int)
                            setPrefs.invokeExact(
                                    MemorySegment.ofAddress(context.sslCtxPointer()),
                                    codes,
                                    (long) CODES.length);
            if (done != 1) {
                throw new IllegalStateException("BoringSSL takes no such signature algorithms");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of C throws nothing else", e);
        }
    }

    /** The one of this process. */
    static OfferedSignatures loaded() {
        return Loaded.ONE;
    }

    private static final class Loaded {
        static final OfferedSignatures ONE = find();
    }

    /**
     * @throws IllegalStateException if the library that was loaded is not the one on the class path
     */
    @SuppressWarnings("restricted") // calls BoringSSL; --enable-native-access is there for Netty
    private static OfferedSignatures find() {
        OpenSsl.ensureAvailability();
        var name = "META-INF/native/lib" + nativeName() + ".so";
        try (var library = OpenSsl.class.getClassLoader().getResourceAsStream(name)) {
            if (library == null) {
                throw new IllegalStateException(name + ": not on the class path");
            }
            var file = ElfFile.from(library.readAllBytes());
            var entry = symbol(file, "JNI_OnLoad_" + NETTY_TCNATIVE, name);
            var wanted = symbol(file, SET_PREFS, name);
            var at =
                    SymbolLookup.loaderLookup()
                                    .find("JNI_OnLoad_" + NETTY_TCNATIVE)
                                    .orElseThrow(
                                            () ->
                                                    new IllegalStateException(
                                                            NETTY_TCNATIVE + ": not loaded"))
                                    .address()
                            - entry.st_value
                            + wanted.st_value;
            var code = MemorySegment.ofAddress(at).reinterpret(wanted.st_size);
            if (!Arrays.equals(code.toArray(ValueLayout.JAVA_BYTE), code(file, wanted))) {
                throw new IllegalStateException(
                        name + ": another library was loaded (expected: the one of this name)");
            }
            return new OfferedSignatures(
                    Linker.nativeLinker()
                            .downcallHandle(
                                    code,
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.ADDRESS,
                                            ValueLayout.ADDRESS,
                                            ValueLayout.JAVA_LONG)));
        } catch (IOException | ElfException e) {
            throw new IllegalStateException(name + ": cannot be read", e);
        }
    }

    /** As Netty names it. */
    private static String nativeName() {
        var processor = System.getProperty("os.arch");
        return NETTY_TCNATIVE
                + "_linux_"
                + (Objects.equals(processor, "aarch64") ? "aarch_64" : "x86_64");
    }

    private static ElfSymbol symbol(ElfFile file, String symbol, String name) {
        return Arrays.stream(file.getSymbolTableSection().symbols)
                .filter(each -> symbol.equals(each.getName()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(name + ": no " + symbol + " in its table"));
    }

    private static byte[] code(ElfFile file, ElfSymbol symbol) {
        var section = file.getSection(symbol.st_shndx);
        var from = Math.toIntExact(symbol.st_value - section.header.sh_addr);
        return Arrays.copyOfRange(section.getData(), from, Math.toIntExact(from + symbol.st_size));
    }

    /** RFC 8446 §4.2.3, in BoringSSL's order. {@code UpstreamLegTest} has them by name. */
    private static final short[] CODES = {
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601
    };

    private static final String NETTY_TCNATIVE = "netty_tcnative";
    private static final String SET_PREFS = "SSL_CTX_set_verify_algorithm_prefs";
}

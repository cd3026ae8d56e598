package io.overt.testkit.softhsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The few PKCS#11 functions that make and break a token (PKCS#11 v2.40, C interface of Linux LP64).
 * In the process of the test itself, because SoftHSM lists its tokens once, at C_Initialize: a
 * token made later by another process stays unseen here.
 */
@SuppressWarnings("restricted") // calling into a native library is what this class is for
final class Cryptoki {

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup library;

    /** Loads and initialises the library; that it already is initialised, by SunPKCS11, is fine. */
    Cryptoki(Path module) {
        library = SymbolLookup.libraryLookup(module, Arena.global());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments = arena.allocate(48, 8); // CK_C_INITIALIZE_ARGS
            arguments.set(JAVA_LONG, 32, 0x2 /* CKF_OS_LOCKING_OK */);
            long rv = call("C_Initialize", arguments);
            if (rv != 0 && rv != 0x191 /* CKR_CRYPTOKI_ALREADY_INITIALIZED */) {
                throw failure("C_Initialize", rv);
            }
        }
    }

    /** Makes a token in a free slot and sets both PINs; answers its slot. */
    long initialiseToken(String label, String soPin, String pin) {
        try (Arena arena = Arena.ofConfined()) {
            long slot = freeSlot(arena);
            byte[] padded = new byte[32];
            Arrays.fill(padded, (byte) ' ');
            byte[] text = label.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(text, 0, padded, 0, text.length);
            byte[] so = soPin.getBytes(StandardCharsets.UTF_8);
            byte[] user = pin.getBytes(StandardCharsets.UTF_8);
            check("C_InitToken", slot, bytes(arena, so), (long) so.length, bytes(arena, padded));
            long session = openSession(slot);
            check("C_Login", session, 0L /* CKU_SO */, bytes(arena, so), (long) so.length);
            check("C_InitPIN", session, bytes(arena, user), (long) user.length);
            check("C_Logout", session);
            check("C_CloseSession", session);
            return slot;
        }
    }

    /** A session that reads and writes. */
    long openSession(long slot) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(JAVA_LONG);
            check(
                    "C_OpenSession",
                    slot,
                    0x6L /* CKF_SERIAL_SESSION | CKF_RW_SESSION */,
                    MemorySegment.NULL,
                    MemorySegment.NULL,
                    handle);
            return handle.get(JAVA_LONG, 0);
        }
    }

    /**
     * What a token that lost its power does to an application: every session of the slot is gone.
     */
    void closeAllSessions(long slot) {
        check("C_CloseAllSessions", slot);
    }

    private long freeSlot(Arena arena) {
        MemorySegment count = arena.allocate(JAVA_LONG);
        // Asking for the number makes SoftHSM add an empty slot when it has none left.
        check("C_GetSlotList", (byte) 0, MemorySegment.NULL, count);
        MemorySegment slots = arena.allocate(JAVA_LONG, count.get(JAVA_LONG, 0));
        check("C_GetSlotList", (byte) 0, slots, count);
        for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
            long slot = slots.getAtIndex(JAVA_LONG, i);
            MemorySegment token = arena.allocate(208, 8); // CK_TOKEN_INFO
            check("C_GetTokenInfo", slot, token);
            if ((token.get(JAVA_LONG, 96) & 0x400 /* CKF_TOKEN_INITIALIZED */) == 0) {
                return slot;
            }
        }
        throw new AssertionError("SoftHSM has no free slot");
    }

    private static MemorySegment bytes(Arena arena, byte[] content) {
        return arena.allocateFrom(JAVA_BYTE, content);
    }

    private void check(String function, Object... arguments) {
        long rv = call(function, arguments);
        if (rv != 0) {
            throw failure(function, rv);
        }
    }

    private long call(String function, Object... arguments) {
        MemoryLayout[] layouts =
                Arrays.stream(arguments)
                        .map(
                                argument ->
                                        switch (argument) {
                                            case Long _ -> JAVA_LONG;
                                            case Byte _ -> JAVA_BYTE;
                                            case MemorySegment _ -> ADDRESS;
                                            default -> throw new IllegalArgumentException(function);
                                        })
                        .toArray(MemoryLayout[]::new);
        try {
            return (long)
                    linker.downcallHandle(
                                    library.findOrThrow(function),
                                    FunctionDescriptor.of(JAVA_LONG, layouts))
                            .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(function + " could not be called", e);
        }
    }

    private static AssertionError failure(String function, long rv) {
        return new AssertionError("%s answered 0x%x (expected: CKR_OK)".formatted(function, rv));
    }
}

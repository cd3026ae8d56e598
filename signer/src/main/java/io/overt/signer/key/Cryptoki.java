package io.overt.signer.key;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What SunPKCS11 does not let one ask a token: which slot holds the token of a label, how a key is
 * kept, and for a session that nobody else closes; and for those who make keys, to name and to
 * destroy objects one by one. PKCS#11 v2.40, C interface of Linux LP64. Signs nothing and logs in
 * only to set the PIN of a new token; beside SunPKCS11 in one process it shares the library's state
 * and disturbs none of it.
 *
 * <p>Thread-safe: the library is initialised with CKF_OS_LOCKING_OK. Never finalised: a library in
 * use crashes the process when that happens.
 */
@SuppressWarnings("restricted") // calling into a native library is what this class is for
final class Cryptoki {

    /**
     * A token as it says of itself.
     *
     * @param slot where it is now
     * @param label without its padding
     * @param flags CKF_*
     */
    record Token(long slot, String label, long flags) {

        boolean initialised() {
            return (flags & 0x400 /* CKF_TOKEN_INITIALIZED */) != 0;
        }

        boolean pinLocked() {
            return (flags & 0x40000 /* CKF_USER_PIN_LOCKED */) != 0;
        }

        boolean lastPinTry() {
            return (flags & 0x20000 /* CKF_USER_PIN_FINAL_TRY */) != 0;
        }
    }

    /** A PKCS#11 function answered something other than CKR_OK. */
    static final class CryptokiException extends Exception {

        private static final long serialVersionUID = 1L;

        private final long rv;

        CryptokiException(String function, long rv) {
            super("%s answered %s".formatted(function, name(rv)));
            this.rv = rv;
        }

        /** As SunPKCS11 says it, for those that something hangs on. */
        private static String name(long rv) {
            return switch ((int) rv) {
                case 0x30 -> "CKR_DEVICE_ERROR";
                case 0x32 -> "CKR_DEVICE_REMOVED";
                case 0xb1 -> SESSION_COUNT;
                case 0xb3 -> "CKR_SESSION_HANDLE_INVALID";
                case 0xe0 -> "CKR_TOKEN_NOT_PRESENT";
                case 0x190 -> NOT_INITIALIZED;
                default -> "CKR 0x%x".formatted(rv);
            };
        }

        long rv() {
            return rv;
        }
    }

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup library;
    private final Path module;

    private Cryptoki(Path module, SymbolLookup library) {
        this.module = module;
        this.library = library;
    }

    /** Loads the library and initialises it; that SunPKCS11 already did is fine. */
    static Cryptoki load(Path module) throws SigningKeyException {
        if (!Files.isReadable(module)) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    module + ": not there or not readable (expected: a PKCS#11 library)");
        }
        Cryptoki cryptoki;
        try {
            cryptoki = new Cryptoki(module, SymbolLookup.libraryLookup(module, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new SigningKeyException(
                    SigningKeyException.Kind.TOKEN,
                    module + ": cannot be loaded: " + e.getMessage(),
                    e);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments = arena.allocate(48, 8); // CK_C_INITIALIZE_ARGS
            arguments.set(JAVA_LONG, 32, 0x2 /* CKF_OS_LOCKING_OK */);
            cryptoki.call("C_Initialize", arguments);
        } catch (CryptokiException e) {
            if (e.rv() != 0x191 /* CKR_CRYPTOKI_ALREADY_INITIALIZED */) {
                throw new SigningKeyException(
                        SigningKeyException.Kind.TOKEN, module + ": " + e.getMessage(), e);
            }
        }
        return cryptoki;
    }

    Path module() {
        return module;
    }

    /** Each token that is present, initialised or not. */
    List<Token> tokens() throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            call("C_GetSlotList", (byte) 1 /* CK_TRUE: token present */, MemorySegment.NULL, count);
            MemorySegment slots = arena.allocate(JAVA_LONG, Math.max(1, count.get(JAVA_LONG, 0)));
            call("C_GetSlotList", (byte) 1, slots, count);
            List<Token> tokens = new ArrayList<>();
            for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
                long slot = slots.getAtIndex(JAVA_LONG, i);
                MemorySegment description = arena.allocate(208, 8); // CK_TOKEN_INFO
                call("C_GetTokenInfo", slot, description);
                byte[] label = description.asSlice(0, 32).toArray(JAVA_BYTE);
                tokens.add(
                        new Token(
                                slot,
                                new String(label, StandardCharsets.UTF_8).stripTrailing(),
                                description.get(JAVA_LONG, 96)));
            }
            return tokens;
        }
    }

    /** Makes a token in an empty slot and sets both PINs. */
    void initialiseToken(long slot, String label, byte[] soPin, byte[] pin)
            throws CryptokiException {
        byte[] padded = new byte[32];
        Arrays.fill(padded, (byte) ' ');
        byte[] text = label.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, padded, 0, text.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment so = arena.allocateFrom(JAVA_BYTE, soPin);
            MemorySegment user = arena.allocateFrom(JAVA_BYTE, pin);
            call(
                    "C_InitToken",
                    slot,
                    so,
                    (long) soPin.length,
                    arena.allocateFrom(JAVA_BYTE, padded));
            long session = openSession(slot, 0x6L /* CKF_SERIAL_SESSION | CKF_RW_SESSION */);
            try {
                call("C_Login", session, 0L /* CKU_SO */, so, (long) soPin.length);
                call("C_InitPIN", session, user, (long) pin.length);
                call("C_Logout", session);
            } finally {
                so.fill((byte) 0);
                user.fill((byte) 0);
                closeSession(session);
            }
        }
    }

    /** A read-only session, open until {@link #closeSession}. */
    long openSession(long slot) throws CryptokiException {
        return openSession(slot, 0x4L /* CKF_SERIAL_SESSION */);
    }

    /** A session that may change objects, once the application is logged in. */
    long openWritableSession(long slot) throws CryptokiException {
        return openSession(slot, 0x6L /* CKF_SERIAL_SESSION | CKF_RW_SESSION */);
    }

    private long openSession(long slot, long flags) throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(JAVA_LONG);
            call("C_OpenSession", slot, flags, MemorySegment.NULL, MemorySegment.NULL, handle);
            return handle.get(JAVA_LONG, 0);
        }
    }

    /** Every session that this process has on the token, and with them its login. */
    void closeAllSessions(long slot) throws CryptokiException {
        call("C_CloseAllSessions", slot);
    }

    void closeSession(long session) throws CryptokiException {
        call("C_CloseSession", session);
    }

    /** Objects of a class ({@code CKO_*}), all of them or those with this CKA_ID. */
    List<Long> objects(long session, long objectClass, Optional<byte[]> id)
            throws CryptokiException {
        Map<Long, byte[]> template = new LinkedHashMap<>();
        template.put(CKA_CLASS, ulong(objectClass));
        id.ifPresent(value -> template.put(CKA_ID, value));
        return objects(session, template);
    }

    /** Objects that have all of these attributes. */
    List<Long> objects(long session, Map<Long, byte[]> template) throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            call("C_FindObjectsInit", session, template(arena, template), (long) template.size());
            try {
                List<Long> found = new ArrayList<>();
                MemorySegment handle = arena.allocate(JAVA_LONG);
                MemorySegment count = arena.allocate(JAVA_LONG);
                while (true) {
                    call("C_FindObjects", session, handle, 1L, count);
                    if (count.get(JAVA_LONG, 0) == 0) {
                        return found;
                    }
                    found.add(handle.get(JAVA_LONG, 0));
                }
            } finally {
                call("C_FindObjectsFinal", session);
            }
        }
    }

    /** Makes an object of these attributes. */
    void create(long session, Map<Long, byte[]> attributes) throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            call(
                    "C_CreateObject",
                    session,
                    template(arena, attributes),
                    (long) attributes.size(),
                    arena.allocate(JAVA_LONG));
        }
    }

    /** Gives an object other attributes. */
    void set(long session, long object, Map<Long, byte[]> attributes) throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            call(
                    "C_SetAttributeValue",
                    session,
                    object,
                    template(arena, attributes),
                    (long) attributes.size());
        }
    }

    /** Destroys an object; there is no way back. */
    void destroy(long session, long object) throws CryptokiException {
        call("C_DestroyObject", session, object);
    }

    /** A CK_ULONG as an attribute's value. */
    static byte[] ulong(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(value)
                .array();
    }

    private static MemorySegment template(Arena arena, Map<Long, byte[]> attributes) {
        MemorySegment template = arena.allocate(24L * attributes.size(), 8);
        int index = 0;
        for (Map.Entry<Long, byte[]> each : attributes.entrySet()) {
            attribute(
                    template,
                    index++,
                    each.getKey(),
                    each.getValue().length == 0
                            ? MemorySegment.NULL
                            : arena.allocateFrom(JAVA_BYTE, each.getValue()));
        }
        return template;
    }

    /** The value of an attribute, or empty where the token does not have it. */
    Optional<byte[]> value(long session, long object, long type) throws CryptokiException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment template = arena.allocate(24, 8);
            template.set(JAVA_LONG, 0, type);
            try {
                call("C_GetAttributeValue", session, object, template, 1L);
                long length = template.get(JAVA_LONG, 16);
                if (length == 0) {
                    return Optional.of(new byte[0]);
                }
                MemorySegment value = arena.allocate(length);
                attribute(template, 0, type, value);
                call("C_GetAttributeValue", session, object, template, 1L);
                return Optional.of(value.toArray(JAVA_BYTE));
            } catch (CryptokiException e) {
                if (e.rv() == 0x12 /* CKR_ATTRIBUTE_TYPE_INVALID */) {
                    return Optional.empty();
                }
                throw e;
            }
        }
    }

    private static void attribute(
            MemorySegment template, int index, long type, MemorySegment value) {
        template.set(JAVA_LONG, 24L * index, type);
        template.set(ADDRESS, 24L * index + 8, value);
        template.set(JAVA_LONG, 24L * index + 16, value.byteSize());
    }

    private void call(String function, Object... arguments) throws CryptokiException {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] =
                    switch (arguments[i]) {
                        case Long _ -> JAVA_LONG;
                        case Byte _ -> JAVA_BYTE;
                        case MemorySegment _ -> ADDRESS;
                        default -> throw new IllegalArgumentException(function);
                    };
        }
        long rv;
        try {
            rv =
                    (long)
                            linker.downcallHandle(
                                            library.findOrThrow(function),
                                            FunctionDescriptor.of(JAVA_LONG, layouts))
                                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            // invokeWithArguments declares Throwable; a C function throws nothing, so this is a
            // defect of ours.
            throw new IllegalStateException(function + " could not be called", e);
        }
        if (rv != 0 /* CKR_OK */) {
            throw new CryptokiException(function, rv);
        }
    }

    /** There is no session left for another call. */
    static final String SESSION_COUNT = "CKR_SESSION_COUNT";

    /** Somebody finalised the library. */
    static final String NOT_INITIALIZED = "CKR_CRYPTOKI_NOT_INITIALIZED";

    static final long CKO_CERTIFICATE = 1;
    static final long CKO_PUBLIC_KEY = 2;
    static final long CKO_PRIVATE_KEY = 3;

    static final long CKA_CLASS = 0x0;
    static final long CKA_TOKEN = 0x1;
    static final long CKA_PRIVATE = 0x2;
    static final long CKA_LABEL = 0x3;
    static final long CKA_VALUE = 0x11;
    static final long CKA_CERTIFICATE_TYPE = 0x80;
    static final long CKA_ISSUER = 0x81;
    static final long CKA_SERIAL_NUMBER = 0x82;
    static final long CKA_SUBJECT = 0x101;
    static final long CKA_ID = 0x102;
    static final long CKA_SENSITIVE = 0x103;
    static final long CKA_DECRYPT = 0x105;
    static final long CKA_UNWRAP = 0x107;
    static final long CKA_SIGN = 0x108;
    static final long CKA_SIGN_RECOVER = 0x109;
    static final long CKA_DERIVE = 0x10c;
    static final long CKA_EXTRACTABLE = 0x162;
    static final long CKA_LOCAL = 0x163;
    static final long CKA_NEVER_EXTRACTABLE = 0x164;
    static final long CKA_ALWAYS_SENSITIVE = 0x165;
}

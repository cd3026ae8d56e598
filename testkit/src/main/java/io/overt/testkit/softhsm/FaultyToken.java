package io.overt.testkit.softhsm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A token's library with the faults of a token: {@code faulty.c} over SoftHSM, told what to do by
 * memory that is shared with whatever process uses it, at any time and under way. Without a fault
 * every call goes through to SoftHSM, and is counted.
 *
 * <p>Thread-safe. One process at a time uses a module; the files are the test's own, and nothing is
 * to be closed. Calls that {@link #stallSignatures} holds stay held until {@link #releaseStalled}.
 */
public final class FaultyToken {

    /** For as long as the fault is not taken back. */
    public static final long ALWAYS = -1;

    /** PKCS#11 v2.40 §11.1.2: the token is out of order, and may come back. */
    public static final long CKR_DEVICE_ERROR = 0x30;

    /** Which calls fail. */
    public enum Scope {
        /** Those that sign. */
        SIGNING,
        /** Log-in, sessions, look-ups and all else as well. */
        EVERYTHING
    }

    private static final int WORDS = 64;
    private static final int SIZE = 4096;
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.arrayElementVarHandle();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path module;
    private final MemorySegment control;

    /** The words of the control, by their place in it: {@code enum word} in faulty.c. */
    private enum Word {
        DROP_SESSIONS(0),
        FAIL_CODE(1),
        FAIL_CALLS(2),
        FAIL_SCOPE(3),
        STALL_CALLS(4),
        STALL_HELD(5),
        SESSION_CAP(6),
        DECLARED_CAP(7),
        WRONG_KIND(8),
        WRONG_CALLS(9),
        PIN_REFUSED(10),
        FINALISE(11),
        SIGN_NANOS(12),
        LOGINS(32),
        SIGNATURES(33),
        SESSIONS(34),
        SESSIONS_PEAK(35),
        STALLED(36),
        DROPS(37),
        FAILURES(38),
        WRONG(39),
        INITIALISED(40);

        final long place;

        Word(long place) {
            this.place = place;
        }
    }

    /**
     * A library of its own over the token's.
     *
     * @param directory where its files go; the test's own
     */
    public static FaultyToken over(SoftHsmToken token, Path directory) {
        try {
            return new FaultyToken(token.module(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FaultyToken(Path below, Path directory) throws IOException {
        module = directory.resolve("faulty-%d.so".formatted(COUNT.incrementAndGet()));
        FaultyLibrary.copyTo(module);
        try (FileChannel file =
                FileChannel.open(
                        Path.of(module + ".control"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            control = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, Arena.ofAuto());
        }
        byte[] path = (below + "\0").getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(path, 0, control, ValueLayout.JAVA_BYTE, WORDS * 8L, path.length);
    }

    /** The library to give to whoever is to meet the faults. */
    public Path module() {
        return module;
    }

    /** The next call finds every session of its process gone, and with them the login. */
    public void dropSessions() {
        set(Word.DROP_SESSIONS, 1);
    }

    /** The next calls of this kind answer with a CKR, and go no further. */
    public void fail(Scope scope, long returnValue, long calls) {
        set(Word.FAIL_CALLS, 0);
        set(Word.FAIL_CODE, returnValue);
        set(
                Word.FAIL_SCOPE,
                switch (scope) {
                    case SIGNING -> 0;
                    case EVERYTHING -> 1;
                });
        set(Word.FAIL_CALLS, calls);
    }

    /** Calls are answered again. */
    public void failNoMore() {
        set(Word.FAIL_CALLS, 0);
    }

    /** The next signatures do not come back until {@link #releaseStalled}. */
    public void stallSignatures(long calls) {
        set(Word.STALL_CALLS, calls);
        set(Word.STALL_HELD, 1);
    }

    /** What was held goes on, and nothing is held any more. */
    public void releaseStalled() {
        set(Word.STALL_CALLS, 0);
        set(Word.STALL_HELD, 0);
    }

    /** More sessions than these answer CKR_SESSION_COUNT; the token does not say so beforehand. */
    public void capSessions(long sessions) {
        set(Word.SESSION_CAP, sessions);
    }

    /** As {@link #capSessions}, and CK_TOKEN_INFO says so. */
    public void declareSessions(long sessions) {
        capSessions(sessions);
        set(Word.DECLARED_CAP, sessions);
    }

    /** The next signatures have bits of them flipped. */
    public void flipSignatures(long signatures) {
        wrong(1, signatures);
    }

    /** The next signatures are good ones, of another key of the same kind on the token. */
    public void signByAnotherKey(long signatures) {
        wrong(2, signatures);
    }

    private void wrong(long kind, long signatures) {
        set(Word.WRONG_CALLS, 0);
        set(Word.WRONG_KIND, kind);
        set(Word.WRONG_CALLS, signatures);
    }

    /** A login answers CKR_PIN_INCORRECT, whatever the PIN; SoftHSM is not asked. */
    public void refusePin() {
        set(Word.PIN_REFUSED, 1);
    }

    /** A login is SoftHSM's to judge again. */
    public void judgePin() {
        set(Word.PIN_REFUSED, 0);
    }

    /**
     * From the next call on everything answers CKR_CRYPTOKI_NOT_INITIALIZED, until C_Initialize.
     */
    public void pretendFinalised() {
        set(Word.FINALISE, 1);
    }

    /**
     * Somebody else in the process that uses the module calls C_Finalize. Not for the test's own
     * process: its other tokens live in the same library.
     */
    public void finalise() {
        set(Word.FINALISE, 2);
    }

    /** Each signature takes this much longer, as that of an HSM over a network does. */
    public void delaySignatures(Duration by) {
        set(Word.SIGN_NANOS, by.toNanos());
    }

    /** User logins that were tried, also those that were refused. */
    public long logins() {
        return count(Word.LOGINS);
    }

    /** Signatures that came back. */
    public long signatures() {
        return count(Word.SIGNATURES);
    }

    /** Sessions open now. */
    public long sessions() {
        return count(Word.SESSIONS);
    }

    /** Sessions that were open at most. */
    public long mostSessions() {
        return count(Word.SESSIONS_PEAK);
    }

    /** Calls that are held now. */
    public long stalled() {
        return count(Word.STALLED);
    }

    /** How often all sessions were dropped. */
    public long drops() {
        return count(Word.DROPS);
    }

    /** Calls that were made to fail. */
    public long failures() {
        return count(Word.FAILURES);
    }

    /** Wrong signatures that were handed out. */
    public long wrongSignatures() {
        return count(Word.WRONG);
    }

    /** Calls of C_Initialize. */
    public long initialised() {
        return count(Word.INITIALISED);
    }

    private void set(Word word, long value) {
        WORD.setVolatile(control, 0L, word.place, value);
    }

    private long count(Word word) {
        return (long) WORD.getVolatile(control, 0L, word.place);
    }
}

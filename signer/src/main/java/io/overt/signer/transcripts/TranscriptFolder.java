package io.overt.signer.transcripts;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.approval.ApprovedDocument;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.approval.NotApproved;
import io.overt.signer.ceremony.CeremonyRecord;
import io.overt.signer.ceremony.MalformedTranscriptException;
import io.overt.signer.issue.IndexException;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.transcripts.CeremonyMeters.Result;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes ceremonies in the log: each {@code *.transcript} of a folder, if the approvals that it
 * carries are those of enough approvers, once however often it is found. A transcript that is
 * refused stops nothing; it is said, counted, and looked at again when it changes or the approvers
 * do. Whoever starts it closes it.
 */
public final class TranscriptFolder implements AutoCloseable {

    private final Path folder;
    private final Supplier<Approvers> approvers;
    private final TransparencyLog log;
    private final CeremonyMeters meters;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("signer-ceremonies").factory());

    /** What was found of each file. Of the thread that looks. */
    private final Map<Path, Seen> seen = new HashMap<>();

    /** Whether the last look failed. Of the thread that looks. */
    private boolean away;

    /** Enough of a file, and of who approves, to see that it may come to something else. */
    private record Stamp(String key, long size, Instant modified, String approvers) {}

    private enum Outcome {
        LOGGED,
        REFUSED
    }

    private record Seen(Stamp stamp, Outcome outcome) {}

    /**
     * Looks once before it returns, so that ceremonies are in the log before what came of them, and
     * then again and again.
     *
     * @param approvers as they are now
     * @param every so often
     * @throws IndexException when the log cannot be written
     * @throws IOException when the folder cannot be read
     */
    public static TranscriptFolder start(
            Path folder,
            Supplier<Approvers> approvers,
            Duration every,
            TransparencyLog log,
            MeterRegistry registry)
            throws IndexException, IOException {
        TranscriptFolder watched =
                new TranscriptFolder(folder, approvers, log, new CeremonyMeters(registry));
        try {
            watched.lookOnce();
        } catch (IndexException | IOException | RuntimeException e) {
            watched.close();
            throw e;
        }
        var _ =
                watched.thread.scheduleWithFixedDelay(
                        watched::look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        return watched;
    }

    private TranscriptFolder(
            Path folder,
            Supplier<Approvers> approvers,
            TransparencyLog log,
            CeremonyMeters meters) {
        this.folder = folder;
        this.approvers = approvers;
        this.log = log;
        this.meters = meters;
    }

    /** Ends the look that is under way. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("a ceremony is still being noted; its entry may still be written");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            lookOnce();
            away = false;
        } catch (IOException | IndexException e) {
            meters.count(Result.FAILED);
            if (!away) {
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("folder", folder)
                        .log("ceremonies cannot be noted now; tried again");
            }
            away = true;
        } catch (RuntimeException e) {
            // The backstop: a defect in one look must not end all that would come.
            meters.count(Result.DEFECT);
            LOG.atError().setCause(e).log("looking for transcripts ended in a defect");
        }
    }

    private void lookOnce() throws IOException, IndexException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.transcript")) {
            found.forEach(files::add);
        }
        seen.keySet().retainAll(files);
        Approvers people = approvers.get();
        for (Path file : files.stream().sorted().toList()) {
            consider(file, people);
        }
        meters.refusedNow(
                seen.values().stream().filter(each -> each.outcome() == Outcome.REFUSED).count());
    }

    private void consider(Path file, Approvers people) throws IOException, IndexException {
        Stamp stamp = stamp(file, people);
        Seen before = seen.get(file);
        if (before != null && before.stamp().equals(stamp)) {
            return;
        }
        if (stamp.size() == 0) {
            return; // its place is taken, and the ceremony goes on
        }
        Outcome outcome = note(file, stamp, people);
        seen.put(file, new Seen(stamp, outcome));
    }

    private Outcome note(Path file, Stamp stamp, Approvers people)
            throws IOException, IndexException {
        if (stamp.size() > LARGEST) {
            return refused(
                    file, "%d bytes (expected: at most %d)".formatted(stamp.size(), LARGEST));
        }
        CeremonyRecord record;
        try {
            record = CeremonyRecord.read(Files.readAllBytes(file));
        } catch (MalformedTranscriptException e) {
            return refused(file, String.valueOf(e.getMessage()));
        }
        return switch (record.approval(people)) {
            case NotApproved not -> refused(file, not.message());
            case ApprovedDocument approved -> {
                List<String> names = approved.approvedBy().stream().map(Approver::name).toList();
                log.ceremony(record, names);
                meters.count(Result.LOGGED);
                LOG.atInfo()
                        .addKeyValue("file", file)
                        .addKeyValue("act", record.act())
                        .addKeyValue("approvers", names)
                        .addKeyValue("transcript", record.sha256())
                        .log("the ceremony is in the transparency log");
                yield Outcome.LOGGED;
            }
        };
    }

    private Outcome refused(Path file, String why) {
        meters.count(Result.REFUSED);
        LOG.atWarn()
                .addKeyValue("file", file)
                .addKeyValue("reason", why)
                .log("the transcript is not taken into the log");
        return Outcome.REFUSED;
    }

    private static Stamp stamp(Path file, Approvers people) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
                String.valueOf(attributes.fileKey()),
                attributes.size(),
                attributes.lastModifiedTime().toInstant(),
                people.sha256());
    }

    private static final Duration CLOSING = Duration.ofSeconds(10);

    /** A plan with all its steps is a few kilobytes; a CRL's may name thousands of certificates. */
    private static final int LARGEST = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(TranscriptFolder.class);
}

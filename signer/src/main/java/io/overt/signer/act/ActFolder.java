package io.overt.signer.act;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.approval.Approvers;
import io.overt.signer.act.ActMeters.Result;
import io.overt.signer.log.TransparencyLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes acts from a folder: looks again and again for {@code *.yaml}, applies what may be applied,
 * in the order of the acts' numbers, and answers with a file beside it: {@code ACT.yaml.applied} or
 * {@code ACT.yaml.refused}. What is applied is applied at the first look; a refusal is said at the
 * second one that finds the same files, since documents and approvals come one after the other, and
 * said once. On one thread of its own; whoever starts it closes it.
 */
public final class ActFolder implements AutoCloseable {

    private final Path folder;
    private final Supplier<Approvers> approvers;
    private final Acts acts;
    private final TransparencyLog log;
    private final Runnable applied;
    private final ActMeters meters;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("signer-acts").factory());

    /** What was found of each file. Of the thread. */
    private final Map<Path, Seen> seen = new HashMap<>();

    /** Whether the folder could not be read at the last look. Of the thread. */
    private boolean away;

    /** Enough of a file to see that it is another one, or changed. */
    private record Stamp(Path file, String key, long size, Instant modified) {}

    /** How far a result has come to those who wait for it. */
    private enum Told {
        /** Found at this look. */
        NOT_YET,
        /** Found the same at a look before. */
        SETTLED,
        /** It is in its file. */
        SAID
    }

    /**
     * A look at a document.
     *
     * @param files it and its approvals
     * @param approvers hash of those who were counted: others may come to something else
     * @param after number of the last act then: with another one it may come to something else
     * @param told whether its result file says so
     */
    private record Seen(
            List<Stamp> files, String approvers, long after, ActOutcome outcome, Told told) {
        Seen with(Told next) {
            return new Seen(files, approvers, after, outcome, next);
        }

        boolean isOf(List<Stamp> now, String people, long last) {
            return files.equals(now)
                    && switch (outcome) {
                        case ActOutcome.Applied _, ActOutcome.AppliedBefore _ -> true;
                        case ActOutcome.Refused _ -> after == last && approvers.equals(people);
                        case ActOutcome.Failed _ -> false;
                    };
        }
    }

    /**
     * Looks once, and then again and again.
     *
     * @param approvers as they are now
     * @param every so often: an act is in force that soon
     * @param applied told after each act that came into force
     */
    public static ActFolder start(
            Path folder,
            Duration every,
            Supplier<Approvers> approvers,
            Acts acts,
            TransparencyLog log,
            Runnable applied,
            MeterRegistry registry) {
        ActFolder watched = new ActFolder(folder, approvers, acts, log, applied, registry);
        var _ =
                watched.thread.scheduleWithFixedDelay(
                        watched::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        return watched;
    }

    ActFolder(
            Path folder,
            Supplier<Approvers> approvers,
            Acts acts,
            TransparencyLog log,
            Runnable applied,
            MeterRegistry registry) {
        this.folder = folder;
        this.approvers = approvers;
        this.acts = acts;
        this.log = log;
        this.applied = applied;
        this.meters = new ActMeters(registry);
        meters.inForce(acts.standing().applied());
    }

    /** Ends the act that is under way, and takes no more. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("an act is still being applied; its commit may still happen");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look; on the thread of this folder, or a test's. */
    void look() {
        try {
            List<Path> documents = documents();
            seen.keySet().retainAll(documents);
            away = false;
            // An act may be the one that another was waiting for.
            boolean more = true;
            while (more) {
                more = false;
                for (Path document : documents) {
                    more |= consider(document) instanceof ActOutcome.Applied;
                }
            }
            for (Path document : documents) {
                say(document);
            }
        } catch (IOException e) {
            meters.count(Result.FAILED);
            if (!away) {
                LOG.atError().setCause(e).addKeyValue("folder", folder).log("acts cannot be read");
            }
            away = true;
        } catch (RuntimeException e) {
            // The backstop: a defect in one look must not end all that would come.
            meters.count(Result.DEFECT);
            LOG.atError().setCause(e).log("looking for acts ended in a defect");
        }
    }

    private List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.yaml")) {
            files.forEach(documents::add);
        }
        return documents.stream().sorted().toList();
    }

    /** Applies it if that is new and may be; answers what it came to at this look. */
    private ActOutcome consider(Path document) {
        long last = acts.standing().applied();
        Seen before = seen.get(document);
        Approvers people = approvers.get();
        try {
            List<Stamp> files = stamps(document);
            if (before != null && before.isOf(files, people.sha256(), last)) {
                return before.outcome() instanceof ActOutcome.Applied(long number, String said)
                        ? new ActOutcome.AppliedBefore(number, said)
                        : before.outcome();
            }
            ActOutcome outcome = acts.take(people.approve(document), log);
            note(document, files, people, before, outcome);
            return outcome;
        } catch (IOException e) {
            ActOutcome outcome = new ActOutcome.Failed(e.toString());
            note(document, List.of(), people, before, outcome);
            return outcome;
        }
    }

    private void note(
            Path document,
            List<Stamp> files,
            Approvers people,
            @Nullable Seen before,
            ActOutcome outcome) {
        seen.put(
                document,
                new Seen(files, people.sha256(), acts.standing().applied(), outcome, Told.NOT_YET));
        switch (outcome) {
            case ActOutcome.Applied(long number, String said) -> {
                meters.count(Result.APPLIED);
                meters.inForce(number);
                LOG.atInfo().addKeyValue("file", document).addKeyValue("act", said).log("applied");
                applied.run();
            }
            case ActOutcome.Failed(String why) -> {
                meters.count(Result.FAILED);
                if (before == null || !before.outcome().equals(outcome)) {
                    LOG.atError()
                            .addKeyValue("file", document)
                            .addKeyValue("reason", why)
                            .log("the act cannot be applied now; tried again");
                }
            }
            case ActOutcome.AppliedBefore _, ActOutcome.Refused _ -> {}
        }
    }

    /** Writes what it came to, once. A refusal has to have been the same at the look before. */
    private void say(Path document) throws IOException {
        Seen now = seen.get(document);
        if (now == null || now.told() == Told.SAID) {
            return;
        }
        switch (now.outcome()) {
            case ActOutcome.Applied(_, String said) -> said(document, now, APPLIED, said);
            case ActOutcome.AppliedBefore(_, String said) -> said(document, now, APPLIED, said);
            case ActOutcome.Refused(String why) -> {
                if (now.told() == Told.NOT_YET) {
                    seen.put(document, now.with(Told.SETTLED));
                    return;
                }
                meters.count(Result.REFUSED);
                LOG.atWarn()
                        .addKeyValue("file", document)
                        .addKeyValue("reason", why)
                        .log("the act is refused");
                said(document, now, REFUSED, why);
            }
            case ActOutcome.Failed _ -> {}
        }
    }

    private void said(Path document, Seen now, String ending, String text) throws IOException {
        seen.put(document, now.with(Told.SAID));
        String other = ending.equals(APPLIED) ? REFUSED : APPLIED;
        Path file = document.resolveSibling(document.getFileName() + ending);
        byte[] content = (text + "\n").getBytes(StandardCharsets.UTF_8);
        if (ending.equals(REFUSED) || !Files.exists(file)) {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, content);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.deleteIfExists(document.resolveSibling(document.getFileName() + other));
    }

    private static List<Stamp> stamps(Path document) throws IOException {
        List<Stamp> stamps = new ArrayList<>();
        stamps.add(stamp(document));
        for (Path approval : Approvers.beside(document)) {
            try {
                stamps.add(stamp(approval));
            } catch (NoSuchFileException _) {
                // It went while we looked: the next look finds another list.
            }
        }
        return List.copyOf(stamps);
    }

    private static Stamp stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
                file,
                String.valueOf(attributes.fileKey()),
                attributes.size(),
                attributes.lastModifiedTime().toInstant());
    }

    private static final String APPLIED = ".applied";
    private static final String REFUSED = ".refused";

    private static final Duration CLOSING = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(ActFolder.class);
}

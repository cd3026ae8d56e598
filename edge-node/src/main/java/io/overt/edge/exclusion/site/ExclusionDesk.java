package io.overt.edge.exclusion.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Entry;
import io.overt.edge.exclusion.Ledger;
import io.overt.edge.exclusion.Note;
import io.overt.edge.exclusion.Subject;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.ExclusionFilter;
import io.overt.proto.control.v1.ExclusionVerdict;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import io.overt.service.identity.Role;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what operators ask through the control plane. A control plane that is taken over can by
 * this see what clients refused, forget it, and exclude for good what some client has refused,
 * where a rule asks for exclusions; it cannot exclude what nobody refused, and every word of it is
 * logged and counted here, shows in lists with a name, and as {@code confirmed} in the records of
 * connections. Thread-safe.
 */
public final class ExclusionDesk {
    private final Ledger ledger;
    private final InstantSource clock;
    private final Consumer<List<? extends Note>> share;

    private final Function<ExclusionEffect, Counter> confirmed;
    private final Function<ExclusionEffect, Counter> forgotten;

    /**
     * @param share hears what was ruled, before it is answered
     */
    ExclusionDesk(
            Ledger ledger,
            InstantSource clock,
            Consumer<List<? extends Note>> share,
            MeterRegistry meters) {
        this.ledger = ledger;
        this.clock = clock;
        this.share = share;
        this.confirmed = counters(meters, "confirm");
        this.forgotten = counters(meters, "forget");
    }

    private static Function<ExclusionEffect, Counter> counters(MeterRegistry meters, String word) {
        var counters = new EnumMap<ExclusionEffect, Counter>(ExclusionEffect.class);
        for (var effect : EFFECTS) {
            counters.put(
                    effect,
                    Counter.builder("overt.edge.exclusion.verdicts")
                            .description("Words of administrators, and what became of them here.")
                            .tag("word", word)
                            .tag(
                                    "effect",
                                    effect.name()
                                            .substring("EXCLUSION_EFFECT_".length())
                                            .toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        return effect -> Objects.requireNonNull(counters.get(effect), effect.name());
    }

    /** The answer, with the nonce of the ask. */
    public ExclusionAnswer answer(ExclusionAsk ask) {
        var answer =
                switch (ask.getWhatCase()) {
                    case LIST -> list(ask.getList());
                    case VERDICT -> ExclusionAnswer.newBuilder().setEffect(rule(ask.getVerdict()));
                    case WHAT_NOT_SET ->
                            ExclusionAnswer.newBuilder()
                                    .setEffect(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
                };
        return answer.setNonce(ask.getNonce()).build();
    }

    private ExclusionAnswer.Builder list(ExclusionFilter filter) {
        var limit =
                filter.getLimit() == 0
                        ? LONGEST_LIST
                        : (int) Math.min(Integer.toUnsignedLong(filter.getLimit()), LONGEST_LIST);
        var host = Hosts.normalised(filter.getHost());
        if (host.isEmpty() && !filter.getHost().isEmpty()) {
            return ExclusionAnswer.newBuilder()
                    .setEffect(ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
        }
        var entries =
                ledger.entries(clock.instant()).stream()
                        .filter(each -> host.map(each.subject().host()::equals).orElse(true))
                        .toList();
        var answer = ExclusionAnswer.newBuilder().setTruncated(entries.size() > limit);
        entries.stream().limit(limit).map(ExclusionDesk::message).forEach(answer::addEntries);
        return answer;
    }

    private ExclusionEffect rule(ExclusionVerdict verdict) {
        var subject = subject(verdict);
        var by = operator(verdict.getBy());
        if (subject.isEmpty() || by.isEmpty()) {
            return switch (verdict.getWord()) {
                case EXCLUSION_WORD_CONFIRM -> malformed(confirmed);
                case EXCLUSION_WORD_FORGET -> malformed(forgotten);
                case EXCLUSION_WORD_UNSPECIFIED, UNRECOGNIZED ->
                        ExclusionEffect.EXCLUSION_EFFECT_MALFORMED;
            };
        }
        var at = at(verdict);
        var effect =
                switch (verdict.getWord()) {
                    case EXCLUSION_WORD_CONFIRM ->
                            counted(confirmed, confirm(subject.get(), by.get(), at));
                    case EXCLUSION_WORD_FORGET ->
                            counted(forgotten, forget(subject.get(), by.get(), at));
                    case EXCLUSION_WORD_UNSPECIFIED, UNRECOGNIZED ->
                            ExclusionEffect.EXCLUSION_EFFECT_MALFORMED;
                };
        // The edge's own trail: a control plane cannot keep it from being written.
        LOG.atInfo()
                .addKeyValue("word", verdict.getWord())
                .addKeyValue("host", subject.get().host())
                .addKeyValue("client", subject.get().client().map(Client::address).orElse("*"))
                .addKeyValue("by", by.get())
                .addKeyValue("effect", effect)
                .log("exclusion ruled");
        return effect;
    }

    private static ExclusionEffect malformed(Function<ExclusionEffect, Counter> counters) {
        return counted(counters, ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);
    }

    private static ExclusionEffect counted(
            Function<ExclusionEffect, Counter> counters, ExclusionEffect effect) {
        counters.apply(effect).increment();
        return effect;
    }

    /**
     * It is kept, shown and logged: nothing but an operator's identity. A person, as the
     * organisation's identity provider names them, or whoever holds an operator's certificate. Who
     * may rule on exclusions is the control plane's to know.
     */
    private static Optional<String> operator(String by) {
        if (PERSON.matcher(by).matches()) {
            return Optional.of(by).filter(each -> each.length() <= NoteCodec.LONGEST_NAME);
        }
        try {
            return Optional.of(FleetIdentity.parse(by))
                    .filter(each -> each.role() == Role.OPERATOR || each.role() == Role.SECURITY)
                    .map(FleetIdentity::uri)
                    .filter(each -> each.length() <= NoteCodec.LONGEST_NAME);
        } catch (MalformedIdentityException _) {
            return Optional.empty();
        }
    }

    private ExclusionEffect confirm(Subject subject, String by, Instant at) {
        return switch (ledger.confirm(subject, by, at)) {
            case Ledger.Confirming.Confirmed(var notes) -> {
                share.accept(notes);
                yield ExclusionEffect.EXCLUSION_EFFECT_DONE;
            }
            case Ledger.Confirming.Unknown() -> ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN;
            case Ledger.Confirming.Full _ -> ExclusionEffect.EXCLUSION_EFFECT_FULL;
        };
    }

    private ExclusionEffect forget(Subject subject, String by, Instant at) {
        var notes = ledger.forget(subject, by, at);
        if (notes.isEmpty()) {
            return ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN;
        }
        share.accept(notes);
        return ExclusionEffect.EXCLUSION_EFFECT_DONE;
    }

    /** As said, but never ahead of this edge's clock by more than it can be wrong. */
    private Instant at(ExclusionVerdict verdict) {
        var now = clock.instant();
        var said =
                Instant.ofEpochSecond(
                        Math.clamp(verdict.getAt().getSeconds(), 0, NoteCodec.LAST_SECOND),
                        Math.clamp(verdict.getAt().getNanos(), 0, 999_999_999));
        return said.isAfter(now.plusSeconds(60)) ? now : said;
    }

    private static Optional<Subject> subject(ExclusionVerdict verdict) {
        var host = Hosts.normalised(verdict.getHost());
        return verdict.getClient().isEmpty()
                ? host.map(Subject::everybody)
                : host.flatMap(
                        name ->
                                Hosts.client(verdict.getClient())
                                        .map(from -> Subject.of(name, from)));
    }

    private static ExclusionEntry message(Entry entry) {
        var message =
                ExclusionEntry.newBuilder()
                        .setHost(entry.subject().host())
                        .setClient(entry.subject().client().map(Client::address).orElse(""))
                        .setBasis(entry.basis().text())
                        .setKind(entry.kind().text())
                        .setRefusals(entry.refusals())
                        .setFirstSeen(NoteCodec.timestamp(entry.first()))
                        .setLastSeen(NoteCodec.timestamp(entry.last()))
                        .setConfirmedBy(entry.by().orElse(""));
        entry.expires().ifPresent(at -> message.setExpires(NoteCodec.timestamp(at)));
        return message.build();
    }

    /** Less than a megabyte, which any control plane takes in one message. */
    private static final int LONGEST_LIST = 1_000;

    /** What can become of a word. */
    private static final List<ExclusionEffect> EFFECTS =
            List.of(
                    ExclusionEffect.EXCLUSION_EFFECT_DONE,
                    ExclusionEffect.EXCLUSION_EFFECT_UNKNOWN,
                    ExclusionEffect.EXCLUSION_EFFECT_FULL,
                    ExclusionEffect.EXCLUSION_EFFECT_MALFORMED);

    private static final Pattern PERSON = Pattern.compile("oidc:[!-~]+");
    private static final Logger LOG = LoggerFactory.getLogger(ExclusionDesk.class);
}

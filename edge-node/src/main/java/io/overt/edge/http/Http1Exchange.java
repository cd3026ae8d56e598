package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.HttpDecision;
import io.overt.policy.HttpRequestFacts;
import io.overt.policy.HttpRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conversation on one inspected HTTP/1.1 connection, without any I/O: bytes and ends of stream
 * in, actions out.
 *
 * <p>One request at a time. A request head is held back until it is whole, can be read in one way
 * only, and the policy has passed it; then it goes on byte for byte, its body behind it as it
 * comes. The next request is not looked at before the response is complete, so answers keep their
 * order, a page of ours takes its place among them, and bytes that a client sent ahead of a
 * protocol upgrade are never taken for a request.
 *
 * <p>Each upstream connection serves one client, so nothing one client sends can end up in
 * another's response. What strictness guards here is the policy: two readings of a message would be
 * a way around its rules.
 *
 * <p>Confined to the event loop of its connection. Takes over every buffer that it is given.
 */
final class Http1Exchange {

    /** How far the connection is. */
    private sealed interface Phase {
        /** Between messages, or within a request's head. */
        record Idle(HeadScanner head) implements Phase {}

        /** A request was passed; its body and its answer are under way. */
        record Exchanging(RequestHead request, BodyScanner body, Answer answer) implements Phase {}

        /** A request was blocked and answered; its body is read and thrown away. */
        record Discarding(BodyScanner body) implements Phase {}

        /** The connection left HTTP. */
        record Opaque() implements Phase {}

        /** Nothing more is to be said. What still arrives is thrown away. */
        record Over() implements Phase {}
    }

    private sealed interface Answer {
        record Awaited(HeadScanner head, int interims) implements Answer {}

        record Arriving(ResponseHead head, BodyScanner body) implements Answer {}
    }

    /** Whether a client that ended its stream still reads. */
    enum ClientEnd {
        SHUT,
        GONE
    }

    /** Whether the upstream said that its stream ends (close_notify), or it was cut. */
    enum UpstreamEnd {
        ORDERLY,
        CUT
    }

    private final HttpRules rules;
    private final ConnectionFacts facts;
    private final AuthorityCheck covers;
    private final Http1Limits limits;
    private final Pages pages;
    private Phase phase;
    private long requests;

    /** Client bytes behind the request in progress; the empty buffer when there are none. */
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    private boolean clientShut;

    Http1Exchange(
            HttpRules rules,
            ConnectionFacts facts,
            AuthorityCheck covers,
            Http1Limits limits,
            Pages pages) {
        this.rules = rules;
        this.facts = facts;
        this.covers = covers;
        this.limits = limits;
        this.pages = pages;
        phase = new Phase.Idle(HeadScanner.ofRequest(limits));
    }

    List<Http1Action> clientBytes(ByteBuf bytes) {
        var actions = new ArrayList<Http1Action>();
        try {
            if (!held.isReadable()) {
                consume(bytes, actions);
            }
            if (bytes.isReadable() && !(phase instanceof Phase.Over)) {
                held = held.isReadable() ? held : Unpooled.buffer(bytes.readableBytes());
                held.writeBytes(bytes);
            }
        } finally {
            bytes.release();
        }
        return actions;
    }

    List<Http1Action> upstreamBytes(ByteBuf bytes) {
        var actions = new ArrayList<Http1Action>();
        try {
            while (bytes.isReadable() && !(phase instanceof Phase.Over)) {
                answerBytes(bytes, actions);
            }
        } finally {
            bytes.release();
        }
        consumeHeld(actions);
        return actions;
    }

    List<Http1Action> clientEnded(ClientEnd end) {
        var actions = new ArrayList<Http1Action>();
        switch (phase) {
            case Phase.Idle(HeadScanner head) -> {
                if (!head.isEmpty()) {
                    actions.add(cut(Http1Side.CLIENT, "ended within a request head"));
                }
                closeBoth(actions);
            }
            case Phase.Exchanging(_, BodyScanner body, _) -> {
                if (end == ClientEnd.SHUT && body.isComplete()) {
                    clientShut = true;
                } else {
                    actions.add(cut(Http1Side.CLIENT, "ended within an exchange"));
                    closeBoth(actions);
                }
            }
            case Phase.Discarding _, Phase.Opaque _ -> closeBoth(actions);
            case Phase.Over _ -> {}
        }
        return actions;
    }

    List<Http1Action> upstreamEnded(UpstreamEnd end) {
        var actions = new ArrayList<Http1Action>();
        switch (phase) {
            case Phase.Idle _ -> closeBoth(actions);
            case Phase.Exchanging(RequestHead request, _, Answer.Awaited(HeadScanner head, _)) -> {
                var flaw = new Flaw(Http1Fault.BAD_STATUS_LINE, "ended within a response head");
                actions.add(
                        cut(
                                Http1Side.UPSTREAM,
                                head.isEmpty() ? "ended without a response" : flaw.detail()));
                if (head.isEmpty()) {
                    // As if there were nobody between: only the client knows whether it may ask
                    // again (RFC 9110 §9.2.2).
                    finish(actions);
                } else {
                    actions.add(
                            new Http1Action.ToClient(pages.badGateway(flaw, contentFor(request))));
                    finish(actions);
                }
            }
            case Phase.Exchanging(_, _, Answer.Arriving(ResponseHead head, _)) -> {
                if (head.framing() instanceof Framing.UntilClose && end == UpstreamEnd.ORDERLY) {
                    finish(actions);
                } else {
                    actions.add(cut(Http1Side.UPSTREAM, "ended within a response body"));
                    abort(actions);
                }
            }
            case Phase.Discarding _ -> finish(actions);
            case Phase.Opaque _ -> {
                switch (end) {
                    case ORDERLY -> closeBoth(actions);
                    case CUT -> abort(actions);
                }
            }
            case Phase.Over _ -> {}
        }
        return actions;
    }

    /** A channel failed, or we did. */
    List<Http1Action> failed(Http1Side side, String detail) {
        var actions = new ArrayList<Http1Action>();
        if (!(phase instanceof Phase.Over)) {
            actions.add(cut(side, detail));
            abort(actions);
        }
        return actions;
    }

    /** Whether more of the client's bytes are of use now, or would only be held. */
    boolean wantsClientBytes() {
        return !(phase instanceof Phase.Over) && held.readableBytes() < limits.pipelined();
    }

    boolean wantsUpstreamBytes() {
        return !(phase instanceof Phase.Over);
    }

    // ---- from the client ----

    private void consumeHeld(List<Http1Action> actions) {
        if (held.isReadable()) {
            consume(held, actions);
        }
        if (phase instanceof Phase.Over || !held.isReadable()) {
            held.release();
            held = Unpooled.EMPTY_BUFFER;
        }
        if (clientShut && phase instanceof Phase.Idle) {
            closeBoth(actions);
        }
    }

    private void consume(ByteBuf in, List<Http1Action> actions) {
        var takes = true;
        while (takes && in.isReadable()) {
            takes =
                    switch (phase) {
                        case Phase.Idle(HeadScanner head) -> requestHeadBytes(head, in, actions);
                        case Phase.Exchanging exchanging ->
                                requestBodyBytes(exchanging, in, actions);
                        case Phase.Discarding(BodyScanner body) -> discard(body, in);
                        case Phase.Opaque() ->
                                actions.add(
                                        new Http1Action.ToUpstream(
                                                in.readRetainedSlice(in.readableBytes())));
                        case Phase.Over() -> false;
                    };
        }
    }

    private boolean requestHeadBytes(HeadScanner head, ByteBuf in, List<Http1Action> actions) {
        switch (head.scan(in)) {
            case HeadScanner.Scan.NeedMore() -> {}
            case HeadScanner.Scan.Flawed(Flaw flaw) -> refuseRequest(flaw, actions);
            case HeadScanner.Scan.Head whole -> {
                requests++;
                switch (RequestHead.parse(whole)) {
                    case RequestHead.Parsed.Flawed(Flaw flaw) -> refuseRequest(flaw, actions);
                    case RequestHead.Parsed.Sound(RequestHead request) ->
                            decide(request, whole, actions);
                }
            }
        }
        return true;
    }

    private void decide(
            RequestHead request, HeadScanner.Scan.Head whole, List<Http1Action> actions) {
        var authority = request.authority();
        var port = facts.destination().getPort();
        if (!covers.covers(authority.host())) {
            var detail =
                    "Host "
                            + authority.host()
                            + " is not in the certificate of this connection's upstream";
            refuseRequest(new Flaw(Http1Fault.HOST_NOT_COVERED, detail), actions);
            return;
        }
        if (authority.port().orElse(port) != port) {
            var detail = "Host %s on a connection to port %d".formatted(request.host(), port);
            refuseRequest(new Flaw(Http1Fault.PORT_NOT_OURS, detail), actions);
            return;
        }
        // A rule may name the port. Where the request does not, it is the connection's and not the
        // scheme's.
        var named = request.host() + (authority.port().isPresent() ? "" : ":" + port);
        var asked =
                new HttpRequestFacts(
                        request.method(),
                        "https",
                        named,
                        request.target(),
                        request.fields().lines(),
                        facts);
        switch (rules.decide(asked)) {
            case HttpDecision.Pass(var rule) -> {
                actions.add(
                        new Http1Action.Report(
                                new Http1Event.Passed(
                                        requests, rule, request.method(), request.url())));
                actions.add(new Http1Action.ToUpstream(whole.bytes()));
                phase =
                        new Phase.Exchanging(
                                request, BodyScanner.of(request.framing(), limits), awaitAnswer(0));
            }
            case HttpDecision.Block(var rule, Optional<String> label) -> {
                actions.add(
                        new Http1Action.Report(
                                new Http1Event.Blocked(
                                        requests, rule, label, request.method(), request.url())));
                var connection = connectionBehind(request);
                actions.add(
                        new Http1Action.ToClient(
                                pages.blocked(
                                        rule,
                                        label,
                                        request.url(),
                                        contentFor(request),
                                        connection)));
                switch (connection) {
                    case KEPT -> afterBlocked(BodyScanner.of(request.framing(), limits));
                    case CLOSED -> finish(actions);
                }
            }
            case HttpDecision.Unreadable(String detail) ->
                    refuseRequest(new Flaw(Http1Fault.UNREADABLE_URL, detail), actions);
        }
    }

    /** Kept if what is left of the blocked request is certain and little. */
    private Pages.Connection connectionBehind(RequestHead request) {
        var isCertain =
                switch (request.framing()) {
                    case Framing.None() -> true;
                    // RFC 9110 §10.1.1: a client that expected 100 (Continue) sends its content
                    // now, or does not.
                    case Framing.Length(long bytes) ->
                            bytes == 0
                                    || (bytes <= limits.discarded() && !request.expectsContinue());
                    case Framing.Chunked(), Framing.UntilClose() -> false;
                };
        return isCertain && request.isPersistent()
                ? Pages.Connection.KEPT
                : Pages.Connection.CLOSED;
    }

    private void afterBlocked(BodyScanner body) {
        phase = body.isComplete() ? idle() : new Phase.Discarding(body);
    }

    private boolean discard(BodyScanner body, ByteBuf in) {
        in.skipBytes(body.scan(in));
        afterBlocked(body);
        return true;
    }

    private boolean requestBodyBytes(
            Phase.Exchanging exchanging, ByteBuf in, List<Http1Action> actions) {
        var body = exchanging.body();
        if (body.isComplete() || isAbandoned(exchanging)) {
            return false;
        }
        var length = body.scan(in);
        if (length > 0) {
            actions.add(new Http1Action.ToUpstream(in.readRetainedSlice(length)));
        }
        var flaw = body.flaw();
        if (flaw != null) {
            refuseRequest(flaw, actions);
        }
        return true;
    }

    /**
     * A client that waits for 100 (Continue) and gets a final response may send its content or go
     * on to its next request; an upstream may expect either. What it sends is passed on as neither.
     */
    private static boolean isAbandoned(Phase.Exchanging exchanging) {
        return exchanging.answer() instanceof Answer.Arriving
                && exchanging.request().expectsContinue();
    }

    private void refuseRequest(Flaw flaw, List<Http1Action> actions) {
        actions.add(
                new Http1Action.Report(
                        new Http1Event.Refused(Http1Side.CLIENT, flaw.fault(), flaw.detail())));
        if (phase instanceof Phase.Exchanging(_, _, Answer.Arriving _)) {
            abort(actions);
        } else {
            actions.add(new Http1Action.ToClient(pages.refused(flaw)));
            finish(actions);
        }
    }

    // ---- from the upstream ----

    private void answerBytes(ByteBuf in, List<Http1Action> actions) {
        switch (phase) {
            case Phase.Idle _, Phase.Discarding _ ->
                    refuseResponse(
                            new Flaw(Http1Fault.UNSOLICITED_RESPONSE, "bytes without a request"),
                            actions);
            case Phase.Exchanging(
                            RequestHead request,
                            BodyScanner sent,
                            Answer.Awaited(HeadScanner head, int interims)) -> {
                switch (head.scan(in)) {
                    case HeadScanner.Scan.NeedMore() -> {}
                    case HeadScanner.Scan.Flawed(Flaw flaw) -> refuseResponse(flaw, actions);
                    case HeadScanner.Scan.Head whole -> {
                        switch (ResponseHead.parse(whole, request)) {
                            case ResponseHead.Parsed.Flawed(Flaw flaw) ->
                                    refuseResponse(flaw, actions);
                            case ResponseHead.Parsed.Sound(ResponseHead response) ->
                                    responseHead(request, sent, response, whole, interims, actions);
                        }
                    }
                }
            }
            case Phase.Exchanging(
                            RequestHead request,
                            BodyScanner sent,
                            Answer.Arriving(ResponseHead head, BodyScanner body)) -> {
                var length = body.scan(in);
                if (length > 0) {
                    actions.add(new Http1Action.ToClient(in.readRetainedSlice(length)));
                }
                var flaw = body.flaw();
                if (flaw != null) {
                    refuseResponse(flaw, actions);
                } else if (body.isComplete()) {
                    answered(request, sent, head, actions);
                }
            }
            case Phase.Opaque() ->
                    actions.add(new Http1Action.ToClient(in.readRetainedSlice(in.readableBytes())));
            case Phase.Over() -> {}
        }
    }

    private void responseHead(
            RequestHead request,
            BodyScanner sent,
            ResponseHead response,
            HeadScanner.Scan.Head whole,
            int interims,
            List<Http1Action> actions) {
        if (response.isInterim() && interims == limits.interimResponses()) {
            var detail = "more than " + interims + " interim responses";
            refuseResponse(new Flaw(Http1Fault.TOO_MANY_INTERIM_RESPONSES, detail), actions);
            return;
        }
        if (response.status() == ResponseHead.SWITCHING_PROTOCOLS) {
            upgrade(request, sent, response, whole, actions);
            return;
        }
        actions.add(new Http1Action.ToClient(whole.bytes()));
        if (response.isInterim()) {
            phase = new Phase.Exchanging(request, sent, awaitAnswer(interims + 1));
            return;
        }
        var body = BodyScanner.of(response.framing(), limits);
        phase = new Phase.Exchanging(request, sent, new Answer.Arriving(response, body));
        if (body.isComplete()) {
            answered(request, sent, response, actions);
        }
    }

    private void upgrade(
            RequestHead request,
            BodyScanner sent,
            ResponseHead response,
            HeadScanner.Scan.Head whole,
            List<Http1Action> actions) {
        var protocols = response.upgrades();
        var isAsked = !protocols.isEmpty() && request.upgrades().containsAll(protocols);
        if (!isAsked
                || !sent.isComplete()
                || protocols.stream().anyMatch(Http1Exchange::isHttpAgain)) {
            var detail =
                    "101 to %s, asked for %s"
                            .formatted(
                                    Flaw.quoted(protocols.toString()),
                                    Flaw.quoted(request.upgrades().toString()));
            refuseResponse(new Flaw(Http1Fault.BAD_UPGRADE, detail), actions);
            return;
        }
        actions.add(
                new Http1Action.Report(
                        new Http1Event.Upgraded(requests, String.join(",", protocols))));
        actions.add(new Http1Action.ToClient(whole.bytes()));
        phase = new Phase.Opaque();
    }

    /** Protocols that carry requests again: going over to them would be a way around every rule. */
    private static boolean isHttpAgain(String protocol) {
        var slash = protocol.indexOf('/');
        return List.of("h2c", "h2", "http", "tls")
                .contains(slash < 0 ? protocol : protocol.substring(0, slash));
    }

    private void answered(
            RequestHead request,
            BodyScanner sent,
            ResponseHead response,
            List<Http1Action> actions) {
        if (sent.isComplete() && request.isPersistent() && response.isPersistent()) {
            phase = idle();
        } else {
            // Also where the response came before the request was whole: what would follow is body
            // to one reader and
            // a request to another.
            finish(actions);
        }
    }

    private void refuseResponse(Flaw flaw, List<Http1Action> actions) {
        actions.add(
                new Http1Action.Report(
                        new Http1Event.Refused(Http1Side.UPSTREAM, flaw.fault(), flaw.detail())));
        switch (phase) {
            case Phase.Exchanging(RequestHead request, _, Answer.Awaited _) -> {
                actions.add(new Http1Action.ToClient(pages.badGateway(flaw, contentFor(request))));
                finish(actions);
            }
            case Phase.Exchanging(_, _, Answer.Arriving _) -> abort(actions);
            case Phase.Idle _, Phase.Discarding _, Phase.Opaque _, Phase.Over _ -> finish(actions);
        }
    }

    // ---- ends ----

    private void closeBoth(List<Http1Action> actions) {
        end(actions, new Http1Action.CloseClient());
    }

    private void finish(List<Http1Action> actions) {
        end(actions, new Http1Action.FinishClient());
    }

    private void abort(List<Http1Action> actions) {
        end(actions, new Http1Action.AbortClient());
    }

    private void end(List<Http1Action> actions, Http1Action client) {
        phase = new Phase.Over();
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        actions.add(new Http1Action.CloseUpstream());
        actions.add(client);
    }

    private Phase idle() {
        return new Phase.Idle(HeadScanner.ofRequest(limits));
    }

    private Answer awaitAnswer(int interims) {
        return new Answer.Awaited(HeadScanner.ofResponse(limits), interims);
    }

    private static Pages.Content contentFor(RequestHead request) {
        return request.method().equals("HEAD") ? Pages.Content.LEFT_OUT : Pages.Content.SENT;
    }

    private static Http1Action cut(Http1Side side, String detail) {
        return new Http1Action.Report(new Http1Event.Cut(side, detail));
    }
}

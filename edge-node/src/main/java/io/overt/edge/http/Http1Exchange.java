package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.overt.edge.http.Http1Phase.Answer;
import io.overt.edge.http.Http1Phase.Discarding;
import io.overt.edge.http.Http1Phase.Exchanging;
import io.overt.edge.http.Http1Phase.Idle;
import io.overt.edge.http.Http1Phase.Opaque;
import io.overt.edge.http.Http1Phase.Over;
import io.overt.edge.http.Http1Phase.RequestRest;
import java.time.Duration;
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

    private final RequestScreen screen;
    private final Http1Limits limits;
    private final Pages pages;
    private final Passage passage;
    private Http1Phase phase;
    private long requests;

    /** Client bytes behind the request in progress; the empty buffer when there are none. */
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    private boolean clientShut;

    /** The client's connection has outlived the upstream's. */
    private boolean upstreamGone;

    Http1Exchange(RequestScreen screen, Http1Limits limits, Pages pages, Passage passage) {
        this.passage = passage;
        this.screen = screen;
        this.limits = limits;
        this.pages = pages;
        phase = new Idle(HeadScanner.ofRequest(limits));
    }

    List<Http1Action> clientBytes(ByteBuf bytes) {
        var actions = new Http1Actions();
        try {
            if (!held.isReadable()) {
                consume(bytes, actions);
            }
            if (bytes.isReadable() && !(phase instanceof Over)) {
                held = held.isReadable() ? held : Unpooled.buffer(bytes.readableBytes());
                held.writeBytes(bytes);
            }
        } finally {
            bytes.release();
        }
        return actions.list();
    }

    List<Http1Action> upstreamBytes(ByteBuf bytes) {
        var actions = new Http1Actions();
        try {
            while (bytes.isReadable() && !(phase instanceof Over)) {
                answerBytes(bytes, actions);
            }
        } finally {
            bytes.release();
        }
        consumeHeld(actions);
        return actions.list();
    }

    List<Http1Action> clientEnded(ClientEnd end) {
        var actions = new Http1Actions();
        switch (phase) {
            case Idle(HeadScanner head) -> {
                if (!head.isEmpty()) {
                    actions.cut(Http1Side.CLIENT, "ended within a request head");
                }
                closeBoth(actions);
            }
            case Exchanging(_, BodyScanner body, _) -> {
                if (end == ClientEnd.SHUT && body.isComplete()) {
                    clientShut = true;
                } else {
                    actions.cut(Http1Side.CLIENT, "ended within an exchange");
                    switch (end) {
                        case SHUT -> closeBoth(actions);
                        case GONE -> abort(actions);
                    }
                }
            }
            case Discarding _, Opaque _ -> closeBoth(actions);
            case Over _ -> {}
        }
        return actions.list();
    }

    List<Http1Action> upstreamEnded(UpstreamEnd end) {
        var actions = new Http1Actions();
        switch (phase) {
            case Idle _ when passage.outlivesUpstream() -> loseUpstream(actions);
            case Idle _ -> closeBoth(actions);
            case Exchanging(RequestHead request, _, Answer.Awaited(HeadScanner head, _)) -> {
                var flaw = new Flaw(Http1Fault.BAD_STATUS_LINE, "ended within a response head");
                actions.cut(
                        Http1Side.UPSTREAM,
                        head.isEmpty() ? "ended without a response" : flaw.detail());
                if (head.isEmpty() && !(passage.outlivesUpstream() && requests == 1)) {
                    // As if there were nobody between: only the client knows whether it may ask
                    // again (RFC 9110 §9.2.2).
                    finish(actions);
                } else {
                    actions.toClient(pages.badGateway(flaw, Pages.Content.answering(request)));
                    finish(actions);
                }
            }
            case Exchanging(_, _, Answer.Arriving(ResponseHead head, _, _)) -> {
                if (head.framing() instanceof Framing.UntilClose && end == UpstreamEnd.ORDERLY) {
                    finish(actions);
                } else {
                    actions.cut(Http1Side.UPSTREAM, "ended within a response body");
                    abort(actions);
                }
            }
            case Discarding _ when passage.outlivesUpstream() -> loseUpstream(actions);
            case Discarding _ -> finish(actions);
            case Opaque _ -> {
                switch (end) {
                    case ORDERLY -> closeBoth(actions);
                    case CUT -> abort(actions);
                }
            }
            case Over _ -> {}
        }
        return actions.list();
    }

    /** The head that has begun and has not ended, if there is one: the same until it ends. */
    Optional<BegunHead> begunHead() {
        return switch (phase) {
            case Idle(HeadScanner head) -> begun(Http1Side.CLIENT, head);
            case Exchanging(_, _, Answer.Awaited(HeadScanner head, _)) ->
                    begun(Http1Side.UPSTREAM, head);
            case Exchanging _, Discarding _, Opaque _, Over _ -> Optional.empty();
        };
    }

    /**
     * @param head equal to another only if it is the same one
     */
    record BegunHead(Http1Side side, HeadScanner head) {}

    private static Optional<BegunHead> begun(Http1Side side, HeadScanner head) {
        return head.isEmpty() ? Optional.empty() : Optional.of(new BegunHead(side, head));
    }

    /** The head that has begun did not end in time. */
    List<Http1Action> headTooSlow(Duration time) {
        var actions = new Http1Actions();
        var flaw = new Flaw(Http1Fault.HEAD_TOO_SLOW, "head not whole within " + time);
        begunHead()
                .ifPresent(
                        begun -> {
                            switch (begun.side()) {
                                case CLIENT -> refuseRequest(flaw, actions);
                                case UPSTREAM -> refuseResponse(flaw, actions);
                            }
                        });
        return actions.list();
    }

    /** A channel failed, or we did. */
    List<Http1Action> failed(Http1Side side, String detail) {
        var actions = new Http1Actions();
        if (!(phase instanceof Over)) {
            actions.cut(side, detail);
            abort(actions);
        }
        return actions.list();
    }

    /** Whether more of the client's bytes are of use now, or would only be held. */
    boolean wantsClientBytes() {
        return !(phase instanceof Over) && held.readableBytes() < limits.pipelined();
    }

    boolean wantsUpstreamBytes() {
        return !(phase instanceof Over) && !upstreamGone;
    }

    // ---- from the client ----

    private void consumeHeld(Http1Actions actions) {
        if (held.isReadable()) {
            consume(held, actions);
        }
        if (phase instanceof Over || !held.isReadable()) {
            held.release();
            held = Unpooled.EMPTY_BUFFER;
        }
        if (clientShut && phase instanceof Idle) {
            closeBoth(actions);
        }
    }

    private void consume(ByteBuf in, Http1Actions actions) {
        var takes = true;
        while (takes && in.isReadable()) {
            takes =
                    switch (phase) {
                        case Idle(HeadScanner head) -> requestHeadBytes(head, in, actions);
                        case Exchanging exchanging -> requestBodyBytes(exchanging, in, actions);
                        case Discarding(BodyScanner body) -> discard(body, in);
                        case Opaque() -> {
                            actions.toUpstream(in.readRetainedSlice(in.readableBytes()));
                            yield true;
                        }
                        case Over() -> false;
                    };
        }
    }

    private boolean requestHeadBytes(HeadScanner head, ByteBuf in, Http1Actions actions) {
        switch (head.scan(in)) {
            case HeadScanner.Scan.NeedMore() -> {}
            case HeadScanner.Scan.Flawed(Flaw flaw) -> refuseRequest(flaw, actions);
            case HeadScanner.Scan.Head whole -> {
                switch (RequestHead.parse(whole, passage.addressing())) {
                    case RequestHead.Parsed.Flawed(Flaw flaw) -> {
                        requests++;
                        refuseRequest(flaw, actions);
                    }
                    case RequestHead.Parsed.Sound(RequestHead request) -> {
                        var isForAnother = passage.isForAnother(request);
                        if (requests == 0 && (upstreamGone || isForAnother)) {
                            // Never handed back: it is what this upstream was dialled for, and
                            // would come here again.
                            requests++;
                            refuseFirst(request, actions);
                        } else if (upstreamGone || isForAnother) {
                            handBack(whole, in, actions);
                        } else {
                            requests++;
                            judge(request, whole, actions);
                        }
                    }
                }
            }
        }
        return true;
    }

    private void refuseFirst(RequestHead request, Http1Actions actions) {
        var flaw =
                upstreamGone
                        ? new Flaw(Http1Fault.BAD_STATUS_LINE, "closed without being asked")
                        : new Flaw(Http1Fault.HOST_INVALID, "Host " + Flaw.quoted(request.host()));
        actions.cut(Http1Side.UPSTREAM, flaw.detail());
        actions.toClient(pages.badGateway(flaw, Pages.Content.answering(request)));
        finish(actions);
    }

    /** Whoever takes the client's connection reads the head again. */
    private void handBack(HeadScanner.Scan.Head whole, ByteBuf rest, Http1Actions actions) {
        var bytes = Unpooled.buffer(whole.text().length() + rest.readableBytes());
        bytes.writeCharSequence(whole.text(), java.nio.charset.StandardCharsets.ISO_8859_1);
        bytes.writeBytes(rest);
        phase = new Over();
        actions.add(new Http1Action.CloseUpstream());
        actions.add(new Http1Action.HandBack(bytes));
    }

    private void loseUpstream(Http1Actions actions) {
        upstreamGone = true;
        actions.add(new Http1Action.CloseUpstream());
    }

    private void judge(RequestHead request, HeadScanner.Scan.Head whole, Http1Actions actions) {
        switch (screen.judge(request)) {
            case RequestScreen.Verdict.Pass(var rule) -> {
                actions.report(
                        new Http1Event.Passed(requests, rule, request.method(), request.url()));
                actions.toUpstream(passage.request(request, whole));
                phase =
                        new Exchanging(
                                request, BodyScanner.of(request.framing(), limits), awaitAnswer(0));
            }
            case RequestScreen.Verdict.Block(var rule, var label) -> {
                actions.report(
                        new Http1Event.Blocked(
                                requests, rule, label, request.method(), request.url()));
                var connection = Sequel.behindBlocked(request, limits);
                actions.toClient(
                        pages.blocked(
                                rule,
                                label,
                                request.url(),
                                Pages.Content.answering(request),
                                connection));
                switch (connection) {
                    case KEPT -> afterBlocked(BodyScanner.of(request.framing(), limits));
                    case CLOSED -> finish(actions);
                }
            }
            case RequestScreen.Verdict.Refuse(Flaw flaw) -> refuseRequest(flaw, actions);
        }
    }

    private void afterBlocked(BodyScanner body) {
        phase = body.isComplete() ? idle() : new Discarding(body);
    }

    private boolean discard(BodyScanner body, ByteBuf in) {
        in.skipBytes(body.scan(in));
        afterBlocked(body);
        return true;
    }

    private boolean requestBodyBytes(Exchanging exchanging, ByteBuf in, Http1Actions actions) {
        var body = exchanging.sent();
        if (body.isComplete() || isAbandoned(exchanging)) {
            return false;
        }
        var length = body.scan(in);
        if (length > 0) {
            actions.toUpstream(in.readRetainedSlice(length));
        }
        var flaw = body.flaw();
        if (flaw != null) {
            refuseRequest(flaw, actions);
        }
        return true;
    }

    private static boolean isAbandoned(Exchanging exchanging) {
        return exchanging.answer() instanceof Answer.Arriving(_, _, RequestRest rest)
                && rest == RequestRest.UNKNOWN;
    }

    private void refuseRequest(Flaw flaw, Http1Actions actions) {
        actions.refused(Http1Side.CLIENT, flaw);
        if (phase instanceof Exchanging(_, _, Answer.Arriving _)) {
            abort(actions);
        } else {
            actions.toClient(pages.refused(flaw));
            finish(actions);
        }
    }

    // ---- from the upstream ----

    private void answerBytes(ByteBuf in, Http1Actions actions) {
        switch (phase) {
            case Idle _, Discarding _ when upstreamGone -> in.skipBytes(in.readableBytes());
            case Idle _, Discarding _ ->
                    refuseResponse(
                            new Flaw(Http1Fault.UNSOLICITED_RESPONSE, "bytes without a request"),
                            actions);
            case Exchanging(
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
            case Exchanging(
                            RequestHead request,
                            BodyScanner sent,
                            Answer.Arriving(ResponseHead head, BodyScanner body, _)) -> {
                var length = body.scan(in);
                if (length > 0) {
                    actions.toClient(in.readRetainedSlice(length));
                }
                var flaw = body.flaw();
                if (flaw != null) {
                    refuseResponse(flaw, actions);
                } else if (body.isComplete()) {
                    answered(request, sent, head, actions);
                }
            }
            case Opaque() -> actions.toClient(in.readRetainedSlice(in.readableBytes()));
            case Over() -> {}
        }
    }

    private void responseHead(
            RequestHead request,
            BodyScanner sent,
            ResponseHead response,
            HeadScanner.Scan.Head whole,
            int interims,
            Http1Actions actions) {
        if (response.isInterim() && interims == limits.interimResponses()) {
            var detail = "more than " + interims + " interim responses";
            refuseResponse(new Flaw(Http1Fault.TOO_MANY_INTERIM_RESPONSES, detail), actions);
            return;
        }
        if (response.status() == ResponseHead.SWITCHING_PROTOCOLS) {
            upgrade(request, sent, response, whole, actions);
            return;
        }
        actions.toClient(passage.response(response, whole, Sequel.behind(request, response)));
        if (response.isInterim()) {
            phase = new Exchanging(request, sent, awaitAnswer(interims + 1));
            return;
        }
        var body = BodyScanner.of(response.framing(), limits);
        phase =
                new Exchanging(
                        request,
                        sent,
                        new Answer.Arriving(response, body, Sequel.of(request, sent)));
        if (body.isComplete()) {
            answered(request, sent, response, actions);
        }
    }

    private void upgrade(
            RequestHead request,
            BodyScanner sent,
            ResponseHead response,
            HeadScanner.Scan.Head whole,
            Http1Actions actions) {
        var objection = Upgrade.objectionTo(request, sent, response);
        if (objection.isPresent()) {
            refuseResponse(objection.get(), actions);
            return;
        }
        actions.report(new Http1Event.Upgraded(requests, String.join(",", response.upgrades())));
        actions.toClient(passage.response(response, whole, Pages.Connection.KEPT));
        phase = new Opaque();
    }

    private void answered(
            RequestHead request, BodyScanner sent, ResponseHead response, Http1Actions actions) {
        if (sent.isComplete() && request.isPersistent() && response.isPersistent()) {
            phase = idle();
        } else if (sent.isComplete()
                && passage.outlivesUpstream()
                && Sequel.behind(request, response) == Pages.Connection.KEPT) {
            phase = idle();
            loseUpstream(actions);
        } else {
            // Also where the response came before the request was whole: what would follow is body
            // to one reader and a request to another.
            finish(actions);
        }
    }

    private void refuseResponse(Flaw flaw, Http1Actions actions) {
        actions.refused(Http1Side.UPSTREAM, flaw);
        switch (phase) {
            case Exchanging(RequestHead request, _, Answer.Awaited _) -> {
                actions.toClient(pages.badGateway(flaw, Pages.Content.answering(request)));
                finish(actions);
            }
            case Exchanging(_, _, Answer.Arriving _) -> abort(actions);
            case Idle _, Discarding _, Opaque _, Over _ -> finish(actions);
        }
    }

    // ---- ends ----

    private void closeBoth(Http1Actions actions) {
        end(actions, new Http1Action.CloseUpstream(), new Http1Action.CloseClient());
    }

    private void finish(Http1Actions actions) {
        end(actions, new Http1Action.CloseUpstream(), new Http1Action.FinishClient());
    }

    private void abort(Http1Actions actions) {
        end(actions, new Http1Action.AbortUpstream(), new Http1Action.AbortClient());
    }

    private void end(Http1Actions actions, Http1Action upstream, Http1Action client) {
        phase = new Over();
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        actions.add(upstream);
        actions.add(client);
    }

    private Http1Phase idle() {
        return new Idle(HeadScanner.ofRequest(limits));
    }

    private Answer awaitAnswer(int interims) {
        return new Answer.Awaited(HeadScanner.ofResponse(limits), interims);
    }
}

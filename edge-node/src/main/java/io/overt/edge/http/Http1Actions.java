package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The actions of one step, in order. */
final class Http1Actions {

    private final List<Http1Action> list = new ArrayList<>();

    List<Http1Action> list() {
        return list;
    }

    void add(Http1Action action) {
        list.add(action);
    }

    void toUpstream(ByteBuf bytes) {
        list.add(new Http1Action.ToUpstream(bytes));
    }

    void toClient(ByteBuf bytes) {
        list.add(new Http1Action.ToClient(bytes));
    }

    void report(Http1Event event) {
        list.add(new Http1Action.Report(event));
    }

    void cut(Http1Side side, String detail) {
        report(new Http1Event.Cut(side, detail));
    }

    void refused(Http1Side side, Flaw flaw) {
        report(new Http1Event.Refused(side, flaw.fault(), flaw.detail()));
    }
}

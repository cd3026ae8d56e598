package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;

/** What becomes of a message on its way from one leg to the other. Pure. */
sealed interface Passage permits Passage.Untouched, Forwarding {

    Addressing addressing();

    /** Whether it cannot go to this connection's upstream, which is another's or another user's. */
    boolean isForAnother(RequestHead request);

    /** The fields that the upstream will see, which are the ones that rules are about. */
    List<Map.Entry<String, String>> fields(RequestHead request);

    ByteBuf request(RequestHead request, HeadScanner.Scan.Head asArrived);

    /**
     * @param next what the client is to think of its connection behind a final response
     */
    ByteBuf response(ResponseHead response, HeadScanner.Scan.Head asArrived, Pages.Connection next);

    /** Whether the client's connection goes on when the upstream's has ended between messages. */
    boolean outlivesUpstream();

    /** An inspected connection: every byte as it came. */
    record Untouched() implements Passage {
        @Override
        public Addressing addressing() {
            return Addressing.TO_ORIGIN;
        }

        @Override
        public boolean isForAnother(RequestHead request) {
            return false;
        }

        @Override
        public List<Map.Entry<String, String>> fields(RequestHead request) {
            return request.fields().lines();
        }

        @Override
        public ByteBuf request(RequestHead request, HeadScanner.Scan.Head asArrived) {
            return asArrived.bytes();
        }

        @Override
        public ByteBuf response(
                ResponseHead response, HeadScanner.Scan.Head asArrived, Pages.Connection next) {
            return asArrived.bytes();
        }

        @Override
        public boolean outlivesUpstream() {
            return false;
        }
    }
}

package io.overt.edge.record;

/** Takes records. Never blocks and never throws: it is called on event loops. */
@FunctionalInterface
public interface RecordSink {
    void accept(ConnectionRecord record);
}

package io.overt.edge.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.site.SiteMap.Absent;
import io.overt.edge.site.SiteMap.Found;
import io.overt.edge.site.SiteMap.Lookup;
import io.overt.edge.site.SiteMap.Stored;
import io.overt.edge.site.SiteMap.Storing;
import io.overt.edge.site.SiteMap.Unavailable;

/** Calls of one shared map by outcome, from zero. */
final class MapCounters {
    private final Counter found;
    private final Counter absent;
    private final Counter readUnavailable;
    private final Counter stored;
    private final Counter writeUnavailable;

    MapCounters(MeterRegistry meters, String map) {
        this.found = counter(meters, map, "read", "found");
        this.absent = counter(meters, map, "read", "absent");
        this.readUnavailable = counter(meters, map, "read", "unavailable");
        this.stored = counter(meters, map, "write", "stored");
        this.writeUnavailable = counter(meters, map, "write", "unavailable");
    }

    Lookup count(Lookup lookup) {
        (switch (lookup) {
                    case Found _ -> found;
                    case Absent _ -> absent;
                    case Unavailable _ -> readUnavailable;
                })
                .increment();
        return lookup;
    }

    Storing count(Storing storing) {
        (switch (storing) {
                    case Stored _ -> stored;
                    case Unavailable _ -> writeUnavailable;
                })
                .increment();
        return storing;
    }

    private static Counter counter(MeterRegistry meters, String map, String call, String outcome) {
        return Counter.builder("overt.site.map.calls")
                .description("Calls of the site's shared maps, by outcome.")
                .tag("map", map)
                .tag("call", call)
                .tag("outcome", outcome)
                .register(meters);
    }
}

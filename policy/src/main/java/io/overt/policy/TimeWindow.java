package io.overt.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;

/**
 * Some hours of some days, by a wall clock in a zone. A window that ends before it begins goes over
 * midnight and belongs to the day it begins on. The hour that a clock change repeats is in the
 * window twice, the one it leaves out never.
 *
 * @param from first minute of the day in the window, 0 to 1439
 * @param to first minute after the window, 1 to 1440; never {@code from}
 */
record TimeWindow(Set<DayOfWeek> days, int from, int to, ZoneId zone) {
    boolean contains(Instant instant) {
        ZonedDateTime local = instant.atZone(zone);
        int minute = local.getHour() * 60 + local.getMinute();
        DayOfWeek day = local.getDayOfWeek();
        if (from < to) {
            return days.contains(day) && from <= minute && minute < to;
        }
        return minute >= from ? days.contains(day) : minute < to && days.contains(day.minus(1));
    }
}

package io.overt.policy.list;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The octets of the compiled form, version 1. Numbers are in network order.
 *
 * <pre>
 * file    header, then pages to the end
 * header  8 "OVERTHL" and the version · 8 number of names · 4 number of pages · 12 zero
 * page    4 its length · 2 number of names · 1 octets that all its names begin with · 1 zero
 *         directory: for each block  4 octets of its first name after those · 2 where it begins
 *         blocks: 16 names each, the last one fewer
 * name    1 octets in common with the name before, zero for a block's first
 *         1 reach in the upper two bits, and the number of further octets in the lower six;
 *           63 there says that the number stands in an octet more
 *         the further octets
 * </pre>
 *
 * <p>Names are {@link NameKey}s in ascending order. Where a page ends depends on the names around
 * and not on their number, so that one name more changes one page. A set of names has one form
 * only: whoever opens a file makes it again and compares.
 */
final class Layout {
    private Layout() {}

    static final int VERSION = 1;

    /** "OVERTHL" and the version. */
    static final long MAGIC = 0x4f56455254484c01L;

    static final int HEADER = 32;
    static final int NAMES_AT = 8;
    static final int PAGES_AT = 16;

    static final int PAGE_HEADER = 8;
    static final int PAGE_NAMES_AT = 4;
    static final int PAGE_COMMON_AT = 6;

    /** Of a block in a page's directory. */
    static final int DIRECTORY_ENTRY = 6;

    static final int NAMES_IN_BLOCK = 16;

    /** In the second octet of a name. */
    static final int REACH_SHIFT = 6;

    static final int SHORT_LENGTH = 63;

    static final int ITSELF = 1;
    static final int BELOW_IT = 2;

    /** A page has as many names at least, unless it is the last one. */
    static final int FEWEST_NAMES = 64;

    /** A page ends where these bits of a name's hash are zero: after 512 names more, on average. */
    static final long PAGE_ENDS = 0x1ff;

    /** A page whose names take as many octets ends whatever the hash. */
    static final int FULL = 32_000;

    /** A page with one block of one name of one octet. */
    static final int SHORTEST_PAGE = PAGE_HEADER + 6 + 3;

    /** No page is as long; offsets in one fit two octets. */
    static final int LONGEST_PAGE = 40_000;

    /** Of a file: what ten times the names that are promised take, at the length of real ones. */
    static final long LONGEST_FILE = 1L << 30;

    static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
}

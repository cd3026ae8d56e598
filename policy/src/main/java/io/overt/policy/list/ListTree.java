package io.overt.policy.list;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A compiled list as a tree of digests, so that two versions of it are told apart in a few
 * kilobytes: SHA-256 of each page; groups of such digests; and the root, which is the file's header
 * and the groups' digests. The root's digest names the list. Where a group ends depends on the
 * pages in it, so that one page that changes changes one group. Immutable.
 */
public final class ListTree {
    private final byte[] header;
    private final byte[] pages;
    private final int[] groupEnds;
    private final byte[] root;
    private final Digest id;

    /** A SHA-256. */
    public record Digest(String hexadecimal) {
        public Digest {
            if (!hexadecimal.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "\"" + hexadecimal + "\" (expected: 64 hexadecimal digits)");
            }
        }

        /** Of these octets. */
        public static Digest of(byte[] octets) {
            return read(sha256().digest(octets), 0);
        }

        private static Digest read(byte[] digests, int at) {
            return new Digest(HexFormat.of().formatHex(digests, at, at + OCTETS));
        }

        /** Its 32 octets. */
        public byte[] octets() {
            return HexFormat.of().parseHex(hexadecimal);
        }

        @Override
        public String toString() {
            return hexadecimal;
        }

        private static final int OCTETS = 32;
    }

    /**
     * @param header of the file
     * @param pages digests of its pages, one after another
     */
    ListTree(byte[] header, byte[] pages) {
        this.header = header;
        this.pages = pages;
        this.groupEnds = groupEnds(pages);
        this.root = root(header, pages, groupEnds);
        this.id = Digest.of(root);
    }

    /** What names the list: equal for equal sets of names, and for no others. */
    public Digest id() {
        return id;
    }

    /** The octets that {@link #id} is the digest of. */
    public byte[] root() {
        return root.clone();
    }

    /** Digests of the groups, in order. */
    public List<Digest> groups() {
        return digests(root, Layout.HEADER, root.length);
    }

    /** The octets that one of the {@link #groups} is the digest of. */
    public byte[] group(int number) {
        return Arrays.copyOfRange(pages, groupBegin(number), groupEnds[number]);
    }

    /** Digests of the pages of a group, in order. */
    public List<Digest> pagesOf(int group) {
        return digests(pages, groupBegin(group), groupEnds[group]);
    }

    private int groupBegin(int number) {
        return number == 0 ? 0 : groupEnds[number - 1];
    }

    /** Digests that lie one after another. */
    static List<Digest> digests(byte[] octets, int from, int to) {
        List<Digest> digests = new ArrayList<>();
        for (int at = from; at < to; at += Digest.OCTETS) {
            digests.add(Digest.read(octets, at));
        }
        return List.copyOf(digests);
    }

    private static int[] groupEnds(byte[] pages) {
        List<Integer> ends = new ArrayList<>();
        int begin = 0;
        for (int at = Digest.OCTETS; at <= pages.length; at += Digest.OCTETS) {
            boolean full = at - begin == MOST_PAGES * Digest.OCTETS;
            if ((pages[at - 1] & GROUP_ENDS) == 0 || full || at == pages.length) {
                ends.add(at);
                begin = at;
            }
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    private static byte[] root(byte[] header, byte[] pages, int[] groupEnds) {
        byte[] root = Arrays.copyOf(header, Layout.HEADER + groupEnds.length * Digest.OCTETS);
        MessageDigest digest = sha256();
        int begin = 0;
        for (int i = 0; i < groupEnds.length; i++) {
            digest.update(pages, begin, groupEnds[i] - begin);
            System.arraycopy(
                    digest.digest(), 0, root, Layout.HEADER + i * Digest.OCTETS, Digest.OCTETS);
            begin = groupEnds[i];
        }
        return root;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ListTree tree && tree.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "ListTree[" + id + ", " + header.length + " + " + pages.length + " bytes]";
    }

    /** A group ends after a digest whose last octet has these bits zero: 128 pages, on average. */
    private static final int GROUP_ENDS = 0x7f;

    private static final int MOST_PAGES = 512;
}

package io.overt.signer.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A reader of tiled logs written from the text of C2SP (tlog-tiles, tlog-checkpoint, signed-note,
 * tlog-cosignature) and of RFC 6962 alone: shares no line and no type with ours, reads everything,
 * and is as slow as that. What it cannot read, others cannot.
 */
final class SecondReader {

    private final Path log;
    final String origin;
    final long size;
    final byte[] root;
    final List<byte[]> entries = new ArrayList<>();

    /** Reads and verifies; throws at the first thing that is not as the text says. */
    SecondReader(Path log, PublicKey key) throws IOException, GeneralSecurityException {
        this(log, Files.readString(log.resolve("checkpoint")), key);
    }

    /** The log as it was at a checkpoint that somebody has kept. */
    SecondReader(Path log, String note, PublicKey key)
            throws IOException, GeneralSecurityException {
        this.log = log;
        int gap = note.lastIndexOf("\n\n");
        String text = note.substring(0, gap + 1);
        String[] lines = text.split("\n");
        require(lines.length == 3, "three lines");
        origin = lines[0];
        size = Long.parseLong(lines[1]);
        require(Long.toString(size).equals(lines[1]), "no leading zeroes");
        root = Base64.getDecoder().decode(lines[2]);
        require(root.length == 32, "a root of 32 bytes");
        String line = note.substring(gap + 2);
        require(line.endsWith("\n") && line.indexOf('\n') == line.length() - 1, "one signature");
        String[] parts = line.strip().split(" ");
        require(parts.length == 3 && parts[0].equals("\u2014") && parts[1].equals(origin), "line");
        byte[] signature = Base64.getDecoder().decode(parts[2]);
        byte[] id = Arrays.copyOf(sha256(key.getEncoded()), 4);
        require(Arrays.equals(id, Arrays.copyOf(signature, 4)), "key id of type 2");
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(key);
        verifier.update(text.getBytes(StandardCharsets.UTF_8));
        require(verifier.verify(Arrays.copyOfRange(signature, 4, signature.length)), "signature");
        readEntries();
        checkTiles();
    }

    private void readEntries() throws IOException, GeneralSecurityException {
        for (long n = 0; n * 256 < size; n++) {
            int width = (int) Math.min(256, size - n * 256);
            byte[] bundle = resource("entries", n, width);
            int at = 0;
            for (int i = 0; at < bundle.length && i < width; i++) {
                int length = (bundle[at] & 255) * 256 + (bundle[at + 1] & 255);
                entries.add(Arrays.copyOfRange(bundle, at + 2, at + 2 + length));
                at += 2 + length;
            }
        }
        require(entries.size() == size, "all entries");
    }

    /** {@code MTH(D[(n*256+i) * 256**l : (n*256+i+1) * 256**l])}, for each place of each tile. */
    private void checkTiles() throws IOException, GeneralSecurityException {
        List<byte[]> hashes = new ArrayList<>();
        for (byte[] entry : entries) {
            hashes.add(sha256(new byte[] {0}, entry));
        }
        require(Arrays.equals(root, mth(hashes)), "root");
        for (int level = 0; !hashes.isEmpty(); level++) {
            List<byte[]> above = new ArrayList<>();
            for (int n = 0; n * 256 < hashes.size(); n++) {
                int width = Math.min(256, hashes.size() - n * 256);
                byte[] tile = resource(Integer.toString(level), n, width);
                List<byte[]> here = hashes.subList(n * 256, n * 256 + width);
                for (int i = 0; i < width; i++) {
                    require(
                            Arrays.equals(
                                    here.get(i), Arrays.copyOfRange(tile, i * 32, i * 32 + 32)),
                            "tile " + level + "/" + n);
                }
                if (width == 256) {
                    above.add(mth(here));
                }
            }
            hashes = above;
        }
    }

    /** RFC 6962 §2.1, of leaf hashes. */
    static byte[] mth(List<byte[]> hashes) throws GeneralSecurityException {
        if (hashes.isEmpty()) {
            return sha256();
        }
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int k = 1;
        while (2 * k < hashes.size()) {
            k *= 2;
        }
        return sha256(
                new byte[] {1}, mth(hashes.subList(0, k)), mth(hashes.subList(k, hashes.size())));
    }

    /**
     * RFC 6962 §2.1.2: {@code PROOF(m, D[n])} for this log's n, made of its tiles alone: not of the
     * entries, which a client that proves something has not read.
     */
    List<byte[]> proof(long m) throws IOException, GeneralSecurityException {
        require(0 < m && m <= size, "an earlier size");
        return subproof(m, 0, size, true);
    }

    /** {@code SUBPROOF(m, D[from:to], b)}. */
    private List<byte[]> subproof(long m, long from, long to, boolean b)
            throws IOException, GeneralSecurityException {
        List<byte[]> proof = new ArrayList<>();
        long n = to - from;
        if (m == n) {
            if (!b) {
                proof.add(range(from, to));
            }
            return proof;
        }
        long k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        if (m <= k) {
            proof.addAll(subproof(m, from, from + k, b));
            proof.add(range(from + k, to));
        } else {
            proof.addAll(subproof(m - k, from + k, to, false));
            proof.add(range(from, from + k));
        }
        return proof;
    }

    /** {@code MTH(D[from:to])} out of tiles: a full subtree is in the highest tile that has it. */
    private byte[] range(long from, long to) throws IOException, GeneralSecurityException {
        long n = to - from;
        if (Long.bitCount(n) == 1 && from % n == 0) {
            int level = 0;
            long unit = 1;
            while (unit * 256 <= n) {
                unit *= 256;
                level++;
            }
            long first = from / unit;
            int count = (int) (n / unit);
            long inLevel = size / unit;
            int width = (int) Math.min(256, inLevel - first / 256 * 256);
            byte[] tile = resource(Integer.toString(level), first / 256, width);
            List<byte[]> hashes = new ArrayList<>();
            for (int i = (int) (first % 256); i < first % 256 + count; i++) {
                hashes.add(Arrays.copyOfRange(tile, i * 32, i * 32 + 32));
            }
            return mth(hashes);
        }
        long k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return sha256(new byte[] {1}, range(from, from + k), range(from + k, to));
    }

    /**
     * What a proof leads to, by the recursion of RFC 6962 §2.1.2 itself and not by the shifting
     * that later texts give: the roots of m and of n entries.
     *
     * @param old the root that a verifier knows of m entries; stands in the proof unsaid where it
     *     is a whole subtree
     */
    static byte[][] roots(long m, long n, byte[] old, List<byte[]> proof)
            throws GeneralSecurityException {
        List<byte[]> rest = new ArrayList<>(proof);
        byte[][] roots = roots(m, n, true, old, rest);
        require(rest.isEmpty(), "a proof of the right length");
        return roots;
    }

    private static byte[][] roots(long m, long n, boolean b, byte[] old, List<byte[]> rest)
            throws GeneralSecurityException {
        if (m == n) {
            byte[] whole = b ? old : last(rest);
            return new byte[][] {whole, whole};
        }
        long k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        byte[] side = last(rest);
        if (m <= k) {
            byte[][] left = roots(m, k, b, old, rest);
            return new byte[][] {left[0], sha256(new byte[] {1}, left[1], side)};
        }
        byte[][] right = roots(m - k, n - k, false, old, rest);
        return new byte[][] {
            sha256(new byte[] {1}, side, right[0]), sha256(new byte[] {1}, side, right[1])
        };
    }

    private static byte[] last(List<byte[]> rest) {
        require(!rest.isEmpty(), "a proof that is long enough");
        return rest.removeLast();
    }

    /**
     * tlog-cosignature: when the witness of this name and key has cosigned this checkpoint.
     *
     * @param ed25519 the 32 bytes of the key
     */
    static long cosigned(String note, String name, byte[] ed25519) throws GeneralSecurityException {
        int gap = note.lastIndexOf("\n\n");
        byte[] id =
                Arrays.copyOf(
                        sha256(
                                (name + "\n").getBytes(StandardCharsets.UTF_8),
                                new byte[] {4},
                                ed25519),
                        4);
        for (String line : note.substring(gap + 2).split("\n")) {
            String[] parts = line.split(" ");
            require(parts.length == 3 && parts[0].equals("\u2014"), "line");
            byte[] all = Base64.getDecoder().decode(parts[2]);
            if (!parts[1].equals(name) || !Arrays.equals(id, Arrays.copyOf(all, 4))) {
                continue;
            }
            require(all.length == 4 + 8 + 64, "a timestamped_signature");
            long time = 0;
            for (int i = 4; i < 12; i++) {
                time = time * 256 + (all[i] & 255);
            }
            byte[] spki = new byte[44];
            byte[] head = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
            System.arraycopy(head, 0, spki, 0, 12);
            System.arraycopy(ed25519, 0, spki, 12, 32);
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
            verifier.update(
                    ("cosignature/v1\ntime " + time + "\n" + note.substring(0, gap + 1))
                            .getBytes(StandardCharsets.UTF_8));
            require(verifier.verify(Arrays.copyOfRange(all, 12, 76)), "cosignature");
            return time;
        }
        throw new AssertionError("not cosigned by " + name);
    }

    private byte[] resource(String folder, long n, int width) throws IOException {
        String path = "%03d".formatted(n % 1000);
        for (long rest = n / 1000; rest > 0; rest /= 1000) {
            path = "x%03d/%s".formatted(rest % 1000, path);
        }
        Path full = log.resolve("tile/" + folder + "/" + path);
        Path partial = full.resolveSibling(full.getFileName() + ".p/" + width);
        return Files.readAllBytes(width < 256 && Files.exists(partial) ? partial : full);
    }

    private static byte[] sha256(byte[]... parts) throws GeneralSecurityException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return MessageDigest.getInstance("SHA-256").digest(all.toByteArray());
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("the log is not as C2SP says: " + what);
        }
    }
}

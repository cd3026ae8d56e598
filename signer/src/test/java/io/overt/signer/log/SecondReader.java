package io.overt.signer.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A reader of tiled logs written from the text of C2SP (tlog-tiles, tlog-checkpoint, signed-note)
 * and of RFC 6962 alone: shares no line and no type with ours, reads everything, and is as slow as
 * that. What it cannot read, others cannot.
 */
final class SecondReader {

    private final Path log;
    final String origin;
    final long size;
    final byte[] root;
    final List<byte[]> entries = new ArrayList<>();

    /** Reads and verifies; throws at the first thing that is not as the text says. */
    SecondReader(Path log, PublicKey key) throws IOException, GeneralSecurityException {
        this.log = log;
        String note = Files.readString(log.resolve("checkpoint"));
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

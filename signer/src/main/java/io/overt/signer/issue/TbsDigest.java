package io.overt.signer.issue;

import io.overt.x509.TbsCertificateDer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 of a TBS: the name under which its one certificate is kept. Equal when each byte is. */
public final class TbsDigest {

    private final byte[] sha256;

    private TbsDigest(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** Of a TBS that was read. */
    public static TbsDigest of(TbsCertificateDer tbs) {
        return new TbsDigest(tbs.sha256());
    }

    /** Of bytes that may not even be a TBS. */
    public static TbsDigest of(byte[] tbs) {
        try {
            return new TbsDigest(MessageDigest.getInstance("SHA-256").digest(tbs));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return sha256.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TbsDigest that && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    /** 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(sha256);
    }
}

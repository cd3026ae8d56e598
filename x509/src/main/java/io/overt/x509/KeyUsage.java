package io.overt.x509;

/** RFC 5280 §4.2.1.3: nine named bits. */
record KeyUsage(int bits) {
    static final int DIGITAL_SIGNATURE = 0;
    static final int KEY_ENCIPHERMENT = 2;
    static final int KEY_AGREEMENT = 4;
    static final int KEY_CERT_SIGN = 5;
    static final int CRL_SIGN = 6;

    private static final int NAMED_BITS = 9;

    static KeyUsage of(DerElement value) throws MalformedDerException {
        byte[] content = value.expect(Der.BIT_STRING).content();
        int bits = 0;
        for (int i = 0; i < NAMED_BITS && 1 + i / 8 < content.length; i++) {
            if ((content[1 + i / 8] & (0x80 >> (i % 8))) != 0) {
                bits |= 1 << i;
            }
        }
        if (bits == 0) {
            throw new MalformedDerException("no bit is set (expected: at least one)");
        }
        return new KeyUsage(bits);
    }

    boolean has(int bit) {
        return (bits & (1 << bit)) != 0;
    }
}

package io.overt.testkit.pki;

import java.nio.file.Path;

/**
 * An identity as files.
 *
 * @param certificateChain PEM, leaf first, without the root
 * @param privateKey PEM, PKCS #8, not encrypted; readable by the owner only
 * @param trustAnchors PEM of the root
 */
public record PemFiles(Path certificateChain, Path privateKey, Path trustAnchors) {}

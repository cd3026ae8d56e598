package io.overt.control.store;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * A sign-in that is under way.
 *
 * @param browser SHA-256 of the cookie of the browser that began it
 * @param nonce to be in the token
 * @param verifier RFC 7636
 * @param returnTo a path of ours
 * @param since when it began
 */
public record SignInRow(
        ByteString browser, String nonce, String verifier, String returnTo, Instant since) {}

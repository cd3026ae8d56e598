/**
 * Owns how ceremonies come into a signer's log: finds their transcripts in a folder, verifies the
 * approvals in them, and notes each once. May call approvals, transcripts and the transparency log.
 * Runs on the thread of a start, and then on the thread "signer-ceremonies".
 */
@NullMarked
package io.overt.signer.transcripts;

import org.jspecify.annotations.NullMarked;

/**
 * Owns the question whether enough people have signed a document: who they are (an approvers file),
 * what counts as a signature of theirs (OpenSSH's or OpenSSL's), and the proof that they did. May
 * call the configuration reader and the JDK; knows nothing of what documents say. Runs on the
 * calling thread and reads small files only.
 */
@NullMarked
package io.overt.service.approval;

import org.jspecify.annotations.NullMarked;

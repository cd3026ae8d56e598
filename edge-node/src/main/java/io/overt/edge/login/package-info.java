/**
 * Owns who may use an explicit proxy: the file of users, the verification of their passwords, and
 * what is remembered of it for a while. It may call Caffeine, BouncyCastle's bcrypt and the meters,
 * and nothing of the data path. It is asked on event loops and answers at once where it can;
 * passwords are hashed on a small bounded pool, and files are read on a thread that watches them.
 */
@NullMarked
package io.overt.edge.login;

import org.jspecify.annotations.NullMarked;

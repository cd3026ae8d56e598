/**
 * Owns the plain HTTP listener from which clients and witnesses take what is public: CRLs,
 * certificates of issuing CAs, the transparency log's files. Read-only. May call the CRLs, the
 * log's folder and Netty. Connections are confined to one event loop, which never blocks: what is
 * answered is fetched on a virtual thread a request.
 */
@NullMarked
package io.overt.signer.publish;

import org.jspecify.annotations.NullMarked;

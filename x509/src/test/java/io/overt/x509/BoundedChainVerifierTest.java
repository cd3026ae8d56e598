package io.overt.x509;

class BoundedChainVerifierTest extends ChainVerifierContract {
    @Override
    ChainVerifier verifier(TrustAnchors anchors) {
        return new BoundedChainVerifier(anchors);
    }
}

package io.overt.x509;

class JdkChainVerifierTest extends ChainVerifierContract {
    @Override
    ChainVerifier verifier(TrustAnchors anchors) {
        return new JdkChainVerifier(anchors);
    }
}

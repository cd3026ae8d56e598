package io.overt.edge;

import io.overt.edge.login.UserFile;
import io.overt.edge.login.UserFileException;
import io.overt.edge.transparency.LogListException;
import io.overt.edge.transparency.LogListFile;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.process.ServiceBlueprint;
import io.overt.service.process.ServiceFrame;
import io.overt.service.process.StartException;
import io.overt.x509.TrustAnchors;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;

/** The program {@code overt-edge}. */
public final class EdgeMain implements ServiceBlueprint<EdgeConfig> {

    /** Never returns. */
    public static void main(String[] args) {
        ServiceFrame.main(new EdgeMain(), args);
    }

    @Override
    public String name() {
        return "overt-edge";
    }

    @Override
    public String description() {
        return "Inspects, splices or blocks the TLS connections that a gateway diverts to it.";
    }

    @Override
    public EdgeConfig configure(ConfigNode root) throws ConfigException {
        return EdgeConfig.read(root);
    }

    @Override
    public void check(EdgeConfig config) throws ConfigException {
        var problems = new ArrayList<String>();
        try (var tls = new FleetTls(config.identity())) {
            if (tls.self().role() != Role.EDGE) {
                problems.add(
                        config.identity().certificateChain()
                                + ": is for "
                                + tls.self()
                                + " (expected: role edge)");
            }
        } catch (FleetIdentityException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        try {
            trustAnchors(config.upstream());
        } catch (IOException e) {
            problems.add("upstream.trust-anchors: cannot be read: " + e.getMessage());
        } catch (CertificateException e) {
            problems.add("upstream.trust-anchors: " + e.getMessage());
        }
        var logList = config.transparency().logList();
        try {
            if (logList.isPresent()) {
                LogListFile.read(logList.get());
            }
        } catch (IOException e) {
            problems.add("certificate-transparency.log-list: cannot be read: " + e.getMessage());
        } catch (LogListException e) {
            problems.add("certificate-transparency.log-list: " + e.getMessage());
        }
        try {
            var _ = config.policy().terms().readApprovers();
        } catch (ConfigException e) {
            problems.add("policy.approvers: " + e.getMessage());
        }
        for (var listener : config.data().listeners()) {
            try {
                if (listener.authentication().isPresent()) {
                    UserFile.read(listener.authentication().get().users());
                }
            } catch (UserFileException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    @Override
    public void start(EdgeConfig config, Parts parts) throws StartException {
        EdgeNode.start(config, parts);
    }

    /** The operator's anchors without any of our own CAs. */
    static TrustAnchors trustAnchors(EdgeConfig.Upstream upstream)
            throws IOException, CertificateException {
        var anchors = read(upstream.trustAnchors());
        return upstream.ownCas().isEmpty()
                ? anchors
                : anchors.refusing(read(upstream.ownCas()).certificates());
    }

    private static TrustAnchors read(List<Path> files) throws IOException, CertificateException {
        return TrustAnchors.fromPem(files.toArray(Path[]::new));
    }
}

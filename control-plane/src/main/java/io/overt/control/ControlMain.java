package io.overt.control;

import io.overt.control.access.oidc.People;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.web.WebServer;
import io.overt.control.web.notice.NoticeService;
import io.overt.control.witness.WitnessKey;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.process.ServiceBlueprint;
import io.overt.service.process.ServiceFrame;
import io.overt.service.process.StartException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The program {@code overt-control}. */
public final class ControlMain implements ServiceBlueprint<ControlConfig> {

    /** Never returns. */
    public static void main(String[] args) {
        ServiceFrame.main(new ControlMain(), args);
    }

    @Override
    public String name() {
        return "overt-control";
    }

    @Override
    public String description() {
        return "Keeps policy versions, signs them, and hands them to every edge of the fleet.";
    }

    @Override
    public ControlConfig configure(ConfigNode root) throws ConfigException {
        return ControlConfig.read(root);
    }

    @Override
    public void check(ControlConfig config) throws ConfigException {
        var problems = new ArrayList<String>();
        try (var tls = new FleetTls(config.identity())) {
            if (tls.self().role() != Role.CONTROL) {
                problems.add(
                        config.identity().certificateChain()
                                + ": is for "
                                + tls.self()
                                + " (expected: role control)");
            }
        } catch (FleetIdentityException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        try {
            PolicySigningKey.read(config.signingKey());
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        try {
            config.rollout().readApprovers();
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        config.witness()
                .ifPresent(
                        witness -> {
                            try {
                                WitnessKey.read(witness.key());
                                witness.watched();
                            } catch (IllegalArgumentException e) {
                                problems.add(String.valueOf(e.getMessage()));
                            }
                        });
        config.web().flatMap(WebServer::problem).ifPresent(problems::add);
        config.access()
                .oidc()
                .ifPresent(
                        oidc -> {
                            People.problem(oidc).ifPresent(problems::add);
                            if (config.web().isEmpty()) {
                                problems.add(
                                        "access.oidc: needs web, where people sign in and tokens are taken");
                            }
                        });
        config.notice().flatMap(NoticeService::problem).ifPresent(problems::add);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    @Override
    public void start(ControlConfig config, Parts parts) throws StartException {
        ControlPlane.start(config, Clock.systemUTC(), parts);
    }

    @Override
    public List<Object> commands() {
        return List.of(
                new CreatePolicyKey(),
                new CreateWitnessKey(),
                new BackupCommand(),
                new RestoreCommand());
    }
}

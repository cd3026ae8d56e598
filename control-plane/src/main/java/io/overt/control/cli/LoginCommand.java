package io.overt.control.cli;

import io.overt.control.cli.ProviderLogin.LoginException;
import io.overt.proto.control.v1.GetSelfRequest;
import io.overt.service.config.ConfigException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overtctl login}. */
@Command(
        name = "login",
        description = {
            "Signs you in at the organisation's identity provider, and keeps your token in a file for you alone.",
            "Until the token ends, overtctl uses it where the configuration names no certificate."
        })
final class LoginCommand extends OvertctlCommand {
    @Option(
            names = "--device",
            description = "By a browser on another machine: you are shown a code to type there.")
    private boolean device;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var settings = overtctl.settings();
        var login =
                settings.web()
                        .flatMap(CtlSettings.Web::login)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                "no web.login section in the configuration (expected: the identity provider's issuer and client-id)"));
        var err = spec().commandLine().getErr();
        String token;
        try (var provider = new ProviderLogin(login, err)) {
            token = device ? provider.byDevice() : provider.byBrowser();
        } catch (LoginException e) {
            err.println(e.getMessage());
            return ExitCode.CONTROL_PLANE;
        }
        TokenFile.write(settings.tokenFile(), token);
        try (var connection = Connection.open(settings, Optional.of(token))) {
            var self = connection.self().getSelf(GetSelfRequest.getDefaultInstance());
            var roles =
                    self.getRolesList().stream()
                            .map(
                                    held ->
                                            held.getRole()
                                                            .name()
                                                            .substring("ACCESS_ROLE_".length())
                                                            .toLowerCase(Locale.ROOT)
                                                    + (held.getSitesCount() == 0
                                                            ? ""
                                                            : " ("
                                                                    + String.join(
                                                                            ", ",
                                                                            held.getSitesList())
                                                                    + ")"))
                            .collect(Collectors.joining(", "));
            spec().commandLine()
                    .getOut()
                    .println("signed in as " + Output.printable(self.getShown()) + ": " + roles);
        }
        return ExitCode.OK;
    }
}

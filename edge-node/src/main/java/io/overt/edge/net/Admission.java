package io.overt.edge.net;

import io.overt.edge.flow.Event.NotAdmitted;
import io.overt.edge.flow.Event.NotAdmitted.Full;
import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.edge.net.Places.Answer;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Who may come in: places for open connections, and of these for connections that have not said
 * their hello yet, which cost a slow or hostile client the least and are therefore fewer.
 * Thread-safe.
 */
final class Admission {
    private final Places connections = new Places();
    private final Places hellos = new Places();
    private final Places refusals = new Places();

    /** One connection's places, none yet. Its {@link Pass#leave} ends it. */
    Pass pass(InetAddress client) {
        return new Pass(new ClientNetwork(client));
    }

    /** Connections whose hello is awaited. */
    int hellos() {
        return hellos.taken();
    }

    /** Clients, as limits count them, that are connected. */
    int clients() {
        return connections.clients();
    }

    /** The places of one connection. Confined to its event loop. */
    final class Pass {
        private ClientNetwork client;
        private boolean connected;
        private boolean awaited;
        private boolean refused;

        private Pass(ClientNetwork client) {
            this.client = client;
        }

        /** Takes a place as a connection and one for its hello; or why there is none. */
        Optional<NotAdmitted> enter(Limits limits) {
            var share = limits.fairShare();
            var most = limits.connections();
            var mostOfClient = limits.clientConnections();
            var connection = connections.take(client, most, mostOfClient, share);
            if (connection != Answer.TAKEN) {
                return Optional.of(refused(connection, Full.CONNECTIONS, most, mostOfClient));
            }
            connected = true;
            var hello = hellos.take(client, limits.hellos(), limits.hellos(), share);
            if (hello != Answer.TAKEN) {
                return Optional.of(refused(hello, Full.HELLOS, limits.hellos(), limits.hellos()));
            }
            awaited = true;
            return Optional.empty();
        }

        /** Takes them for another client instead, whose connection this turned out to be. */
        Optional<NotAdmitted> enterAs(InetAddress whose, Limits limits) {
            leave();
            client = new ClientNetwork(whose);
            return enter(limits);
        }

        /** Gives back the hello's place, if it is held. */
        void heard() {
            if (awaited) {
                awaited = false;
                hellos.giveBack(client);
            }
        }

        /**
         * Whether there is time to tell this client in its protocol that it was refused, which
         * keeps its socket for a while. One that was admitted is always told.
         */
        boolean mayBeTold(Limits limits) {
            if (connected || refused) {
                return true;
            }
            refused =
                    refusals.take(client, limits.refusals(), limits.refusals(), FairShare.ON)
                            == Answer.TAKEN;
            return refused;
        }

        /** Gives back every place that is held. */
        void leave() {
            heard();
            if (connected) {
                connected = false;
                connections.giveBack(client);
            }
            if (refused) {
                refused = false;
                refusals.giveBack(client);
            }
        }

        private NotAdmitted refused(Answer answer, Full kind, int most, int mostOfClient) {
            var places =
                    switch (kind) {
                        case CONNECTIONS, CLIENT -> "limits.connections";
                        case HELLOS -> "limits.hellos";
                    };
            return switch (answer) {
                case TAKEN -> throw new IllegalArgumentException("a place was taken");
                case NONE_FREE -> new NotAdmitted(kind, places + ": all " + most + " are taken");
                case CLIENT_LIMIT ->
                        new NotAdmitted(
                                Full.CLIENT,
                                "limits.client-connections: "
                                        + client.text()
                                        + " holds all its "
                                        + mostOfClient);
                case FAIR_SHARE ->
                        new NotAdmitted(
                                Full.CLIENT,
                                places
                                        + ": "
                                        + client.text()
                                        + " holds as many as are free of "
                                        + most);
            };
        }
    }
}

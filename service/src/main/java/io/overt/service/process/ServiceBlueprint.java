package io.overt.service.process;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import java.util.List;

/**
 * What a process of ours says about itself; {@link ServiceFrame} does the rest.
 *
 * @param <C> its configuration, validated
 */
public interface ServiceBlueprint<C> {

    /** The command's name, for instance {@code overt-control}. */
    String name();

    /** One sentence for {@code --help}. */
    String description();

    /**
     * Reads every key, calls {@link ConfigNode#finish()}, and only then builds the configuration.
     * The section {@code log} is the frame's.
     */
    C configure(ConfigNode root) throws ConfigException;

    /**
     * What {@code --check} tries beyond the keys: files that must be readable and fit together.
     * Changes nothing, listens on nothing. Also called before a start.
     *
     * @throws ConfigException for what only the operator can put right
     * @throws StartException for what another attempt may find in order: a device that is away
     */
    default void check(C config) throws ConfigException, StartException {}

    /**
     * The composition root: builds the parts in start order and hands each to {@code parts} as soon
     * as it exists. Returns when the process serves. When it throws, what was handed over is
     * closed.
     */
    void start(C config, Parts parts) throws StartException;

    /** Further commands, picocli objects that are {@code Callable<Integer>}. */
    default List<Object> commands() {
        return List.of();
    }
}

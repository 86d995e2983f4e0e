package io.selvedge.compress.deploy;

import java.util.List;

/**
 * What lives where in the arena, and when.
 *
 * @param steps names of the program's steps in execution order
 */
public record ArenaMap(long arenaBytes, List<String> steps, List<Span> spans) {
    public ArenaMap {
        steps = List.copyOf(steps);
        spans = List.copyOf(spans);
    }

    /** One buffer: {@code bytes} from {@code offset}, alive from {@code firstStep} to {@code lastStep}, both inclusive. */
    public record Span(String name, long offset, long bytes, int firstStep, int lastStep) {}
}

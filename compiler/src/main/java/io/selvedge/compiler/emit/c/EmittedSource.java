package io.selvedge.compiler.emit.c;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The C files of one model for one target, all meant for one folder.
 *
 * @param files content by file name, in alphabetical order
 * @param sources the files to compile; the others are included
 * @param tiles what the kernel of each step computes at once, rows x columns x vectors; empty where it has no tile
 * @param forms what each step's kernel took of what it offers
 */
public record EmittedSource(
        Map<String, String> files, List<String> sources, List<String> tiles, List<Forms.Taken> forms) {
    public EmittedSource {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        sources = List.copyOf(sources);
        tiles = List.copyOf(tiles);
        forms = List.copyOf(forms);
    }
}

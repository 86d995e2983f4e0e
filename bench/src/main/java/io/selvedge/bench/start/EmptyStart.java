package io.selvedge.bench.start;

import java.io.IOException;

/** What every Java program takes. */
public final class EmptyStart {
    private EmptyStart() {}

    public static void main(String[] args) throws IOException {
        System.out.println(args.length);
        Memory.print();
    }
}

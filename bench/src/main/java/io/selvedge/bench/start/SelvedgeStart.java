package io.selvedge.bench.start;

import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** Loads a bundle, runs it once and prints a result, then how much memory that took. */
public final class SelvedgeStart {
    private SelvedgeStart() {}

    public static void main(String[] args) throws IOException {
        try (Model model = Model.load(Path.of(args[0]));
                Session session = model.newSession()) {
            FloatBuffer input = session.inputs().get(0).floats();
            for (int i = 0; i < input.capacity(); i++) {
                input.put(i, i & 0xff);
            }
            session.run();
            System.out.println(session.outputs().get(0).toFloats()[0]);
            Memory.print();
        }
    }
}

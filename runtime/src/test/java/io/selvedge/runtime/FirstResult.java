package io.selvedge.runtime;

import java.nio.file.Path;

/** A process of its own: one result, and nothing besides. */
final class FirstResult {
    private FirstResult() {}

    public static void main(String[] args) {
        LoadOptions options = LoadOptions.defaults().withLibraryFolder(Path.of(args[1]));
        try (Model model = Model.load(Path.of(args[0]), options);
                Session session = model.newSession()) {
            session.input("x").floats().put(0, 1);
            session.run();
            // Joined strings would be made by what the test looks for.
            System.out.println((int) session.output("y").floats().get(0));
        }
    }
}

package io.selvedge.testkit.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** {@code selvedge data mnist|cmapss FROM TO}: files of the shared folder in a form that a data description can name. */
public final class DataMain {
    private static final int USAGE = 2;

    private DataMain() {}

    public static void main(String[] arguments) throws IOException {
        System.exit(run(List.of(arguments), System.err));
    }

    static int run(List<String> arguments, PrintStream err) throws IOException {
        String kind = arguments.size() == 3 ? arguments.getFirst() : "";
        switch (kind) {
            case "mnist" -> MnistSamples.write(Path.of(arguments.get(1)), Path.of(arguments.get(2)));
            case "cmapss" -> TurbofanWindows.read(Path.of(arguments.get(1))).write(Path.of(arguments.get(2)));
            default -> {
                err.println(
                        "usage: selvedge data mnist FOLDER FILE.zip      the test images as PNG in folders by class");
                err.println("       selvedge data cmapss TRAIN.txt.gz FOLDER windows of wear: train.npz, windows.npz");
                return USAGE;
            }
        }
        return 0;
    }
}

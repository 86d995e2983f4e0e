package io.selvedge.testkit.net;

import io.selvedge.compiler.onnx.OnnxExporter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code selvedge net NAME FILE}: writes a network with random weights as ONNX, to be trained. */
public final class NetworkMain {
    private static final int USAGE = 2;

    private NetworkMain() {}

    public static void main(String[] arguments) throws IOException {
        System.exit(run(List.of(arguments), System.err));
    }

    static int run(List<String> arguments, PrintStream err) throws IOException {
        Optional<Network> network = arguments.isEmpty() ? Optional.empty() : Network.named(arguments.getFirst());
        if (arguments.size() != 2 || network.isEmpty()) {
            err.println("usage: selvedge net NAME FILE; NAME is one of "
                    + String.join(
                            " ", Network.untrained().stream().map(Network::name).toList()));
            return USAGE;
        }
        Path file = Path.of(arguments.get(1)).toAbsolutePath();
        Files.createDirectories(file.getParent());
        OnnxExporter.write(network.orElseThrow().graph(), file);
        return 0;
    }
}

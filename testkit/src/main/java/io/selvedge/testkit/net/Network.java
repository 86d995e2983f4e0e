package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.Graph;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * An architecture that is known by name.
 *
 * @param name of the graph and of files with it
 * @param layer whether it is a single layer
 */
public record Network(String name, boolean layer, Supplier<Graph> builder) {
    private static final int[] AUTOENCODER = {128, 128, 128, 128, 8, 128, 128, 128, 128};

    /** What benchmarks measure, the small ones first, then single layers. */
    public static List<Network> all() {
        Stream<Network> nets = Stream.of(
                new Network("mobilenet_v1_025_96", false, MobileNets::quarterV1),
                new Network("fc_autoencoder", false, Network::autoencoder),
                new Network("mobilenet_v2", false, MobileNets::v2),
                new Network("resnet18", false, ResNets::resnet18),
                new Network("resnet50", false, ResNets::resnet50),
                new Network("vit_tiny", false, VisionTransformer::tiny));
        Stream<Network> layers = Stream.of(
                        conv(56, 64, 64, 3, 1),
                        conv(28, 128, 128, 3, 1),
                        conv(14, 256, 256, 3, 1),
                        conv(7, 512, 512, 3, 1),
                        conv(56, 64, 256, 1, 1),
                        conv(28, 512, 128, 1, 1),
                        conv(14, 256, 1024, 1, 1),
                        conv(7, 2048, 512, 1, 1),
                        conv(112, 32, 32, 3, 32),
                        conv(28, 192, 192, 3, 192),
                        conv(14, 384, 384, 3, 384),
                        linear("gemm", 512, 512, 512),
                        linear("gemm", 128, 384, 1536),
                        linear("fc", 1, 4096, 4096))
                .flatMap(List::stream);
        return Stream.concat(nets, layers).toList();
    }

    /** What {@code ./selvedge train} begins with: batch norms are still there. */
    public static List<Network> untrained() {
        Stream<Network> residual = Stream.of(8, 16, 32)
                .map(width -> new Network(ResNets.resnet8Name(width), false, () -> ResNets.resnet8(width)));
        Stream<Network> small = Stream.of(
                new Network("digit_cnn", false, SmallNets::digits),
                new Network("window_autoencoder", false, SmallNets::windows));
        return Stream.concat(residual, small).toList();
    }

    /** The network of a name. */
    public static Optional<Network> named(String name) {
        return Stream.concat(all().stream(), untrained().stream())
                .filter(network -> network.name().equals(name))
                .findFirst();
    }

    /** A new graph, the same on every call. */
    public Graph graph() {
        return builder.get();
    }

    private static List<Network> conv(int plane, int from, int to, int kernel, int group) {
        return Stream.of(false, true)
                .map(last -> new Network(
                        SingleLayers.convName(plane, from, to, kernel, group, last),
                        true,
                        () -> SingleLayers.conv(plane, from, to, kernel, group, last)))
                .toList();
    }

    private static List<Network> linear(String kind, int rows, int from, int to) {
        return List.of(new Network(
                SingleLayers.linearName(kind, rows, from, to), true, () -> SingleLayers.linear(kind, rows, from, to)));
    }

    /** 640 spectrum values through layers of 128 and a bottleneck of 8: the anomaly detector of MLPerf Tiny. */
    private static Graph autoencoder() {
        Layers net = new Layers("fc_autoencoder");
        String x = net.input(1, 640);
        for (int width : AUTOENCODER) {
            x = net.relu(net.linear(x, width, Layers.RELU_GAIN));
        }
        return net.build(net.linear(x, 640, 1));
    }
}

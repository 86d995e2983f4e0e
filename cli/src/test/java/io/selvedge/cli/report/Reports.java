package io.selvedge.cli.report;

import io.selvedge.compress.deploy.ArenaMap;
import io.selvedge.compress.deploy.BindingFinding;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.GraphOutline;
import io.selvedge.compress.deploy.LayerFinding;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.deploy.Outcome;
import io.selvedge.compress.deploy.ThreadFinding;
import io.selvedge.compress.tune.Choice;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import javax.imageio.ImageIO;

/** Reports as a ResNet-8 would give them, for tests of what is made from reports. */
public final class Reports {
    private static final String[] LAYERS = {
        "conv1",
        "block1/conv1",
        "block1/conv2+add",
        "block2/conv1",
        "block2/skip",
        "block2/conv2+add",
        "block3/conv1",
        "block3/skip",
        "block3/conv2+add",
        "pool",
        "dense",
        "softmax"
    };
    private static final double[] FP32_MICROS = {9.1, 27.2, 28.4, 14.1, 2.2, 27.9, 14.9, 2.0, 29.0, 1.1, 0.4, 0.3};
    private static final double[] INT8_MICROS = {4.9, 8.2, 9.1, 4.9, 1.0, 8.8, 5.1, 0.9, 9.3, 0.5, 0.2, 0.3};
    private static final double[] SNR = {41.2, 36.0, 33.1, 29.5, 31.0, 27.4, 26.0, 28.8, 18.9, 31.0, 25.5, 24.9};

    private Reports() {}

    /** int8 keeps every budget. */
    public static Report chosen() {
        return report(
                new Budgets(
                        OptionalDouble.of(1), OptionalDouble.of(120), OptionalLong.empty(), OptionalLong.of(150_000)),
                new Outcome.Chosen("int8", "it is the fastest of the candidates that keep every budget"),
                true);
    }

    /** Nothing is fast enough. */
    public static Report nothingFits() {
        return report(
                new Budgets(OptionalDouble.of(1), OptionalDouble.of(40), OptionalLong.of(20_000), OptionalLong.empty()),
                new Outcome.NothingFits(
                        "int8",
                        List.of(
                                new Outcome.Shortfall(Outcome.Budget.LATENCY, 40, 53.25),
                                new Outcome.Shortfall(Outcome.Budget.ARENA, 20_000, 54_272))),
                false);
    }

    private static Report report(Budgets budgets, Outcome outcome, boolean chosen) {
        List<Candidate> candidates = List.of(
                candidate(
                        "fp32",
                        Candidate.Dtype.FP32,
                        0.7551,
                        0,
                        156.7,
                        171.2,
                        217_088,
                        311_424,
                        24_576,
                        false,
                        chosen ? "slower than the budget allows" : "4 times too slow"),
                candidate(
                        "int8",
                        Candidate.Dtype.INT8,
                        0.7543,
                        0.08,
                        53.2,
                        58.9,
                        54_272,
                        80_128,
                        18_944,
                        chosen,
                        chosen
                                ? "fastest within the budgets"
                                : "nearest: misses latency by 13.3 us, arena by 34,272 bytes"),
                candidate(
                        "mixed-1",
                        Candidate.Dtype.MIXED,
                        0.7547,
                        0.04,
                        74.4,
                        80.3,
                        88_064,
                        154_112,
                        27_136,
                        false,
                        "slower than int8, and no budget asks for its accuracy"),
                candidate(
                        "mixed-2",
                        Candidate.Dtype.MIXED,
                        0.7549,
                        0.02,
                        91.8,
                        99.0,
                        120_832,
                        190_976,
                        28_160,
                        false,
                        "slower than int8, and no budget asks for its accuracy"));
        DeployResult result = new DeployResult(
                new DeployResult.Model(
                        "ic_resnet8_fp32_nchw.onnx",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                "x86-64-v4+vnni",
                List.of("aarch64"),
                Map.of("max-drop", "1", "tune", "20"),
                "0.1.0",
                1,
                new Machine("Intel(R) Xeon(R) Platinum 8481C", "x86-64-v4+vnni", 2, "Linux 6.1", "Eclipse Adoptium 25"),
                "top1",
                5000,
                5000,
                500,
                budgets,
                candidates,
                List.of(
                        new BindingFinding(
                                "batch=1", OptionalDouble.of(53.25), OptionalDouble.of(55.5), 88_064, 0, 27_136),
                        new BindingFinding(
                                "batch=4", OptionalDouble.of(201.5), OptionalDouble.empty(), 352_256, 1024, 29_184)),
                List.of(new ThreadFinding(1, 53.25, 55.5, false), new ThreadFinding(2, 31.5, 36.75, true)),
                outcome,
                arena(),
                graph(false),
                graph(true),
                chosen ? List.of(Path.of("out", "model.selv"), Path.of("out", "model.onnx")) : List.of());
        return new Report(
                result,
                chosen
                        ? List.of(
                                picture("cat/0001", "cat", "cat 98.2 %", true),
                                picture("ship/7", "ship", "airplane 51.0 %", false))
                        : List.of(),
                List.of(
                        new TrialFinding(
                                "f35-int8",
                                "35 % of the channels cut, int8",
                                3,
                                OptionalDouble.of(0.75),
                                OptionalDouble.of(39.5),
                                86_525,
                                Optional.empty()),
                        new TrialFinding(
                                "f20-int8",
                                "20 % of the channels cut, int8",
                                0,
                                OptionalDouble.empty(),
                                OptionalDouble.of(51.5),
                                115_200,
                                Optional.of("not better than int8 on any axis"))));
    }

    private static Candidate candidate(
            String name,
            Candidate.Dtype dtype,
            double accuracy,
            double drop,
            double p50,
            double p95,
            long arena,
            long weights,
            long code,
            boolean chosen,
            String reason) {
        List<LayerFinding> layers = new ArrayList<>();
        for (int i = 0; i < LAYERS.length; i++) {
            boolean fp32 = dtype == Candidate.Dtype.FP32 || dtype == Candidate.Dtype.MIXED && i > 5 && i < 9;
            layers.add(new LayerFinding(
                    LAYERS[i],
                    fp32 ? "fp32" : "int8",
                    OptionalDouble.of(fp32 ? FP32_MICROS[i] : INT8_MICROS[i]),
                    fp32 ? OptionalDouble.empty() : OptionalDouble.of(SNR[i]),
                    i == 0 && !fp32
                            ? Optional.of(new Choice(
                                    "winograd 13", "direct 1x16x1 pixels first", INT8_MICROS[i], INT8_MICROS[i] * 1.2))
                            : Optional.empty()));
        }
        boolean original = dtype == Candidate.Dtype.FP32;
        return new Candidate(
                name,
                dtype,
                layers,
                OptionalDouble.of(accuracy),
                OptionalDouble.of(drop),
                OptionalDouble.of(original ? 0 : drop - 0.13),
                OptionalDouble.of(original ? 0 : drop + 0.13),
                original ? OptionalDouble.empty() : OptionalDouble.of(31.4),
                true,
                OptionalDouble.of(p50),
                OptionalDouble.of(p95),
                Candidate.LatencyOn.MEASURED,
                1,
                arena,
                original ? 811_008 : 0,
                weights,
                original ? weights : weights * 3 / 4,
                code,
                weights + code + 9_216,
                OptionalDouble.of(1_234.5),
                chosen,
                reason);
    }

    private static ArenaMap arena() {
        return new ArenaMap(
                54_272,
                List.of(LAYERS),
                List.of(
                        new ArenaMap.Span("input padded", 36_992, 4_624, 0, 0),
                        new ArenaMap.Span("conv1:out", 0, 18_496, 0, 2),
                        new ArenaMap.Span("block1/conv1:out", 18_496, 18_496, 1, 2),
                        new ArenaMap.Span("block1:out", 35_776, 18_496, 2, 4),
                        new ArenaMap.Span("block2/conv1:out", 0, 10_368, 3, 5),
                        new ArenaMap.Span("block2/skip:out", 10_368, 8_192, 4, 5),
                        new ArenaMap.Span("block2:out", 18_560, 10_368, 5, 7),
                        new ArenaMap.Span("block3/conv1:out", 0, 6_400, 6, 8),
                        new ArenaMap.Span("block3/skip:out", 6_400, 4_096, 7, 8),
                        new ArenaMap.Span("block3:out", 10_496, 4_096, 8, 9),
                        new ArenaMap.Span("pool:out", 0, 64, 9, 10),
                        new ArenaMap.Span("dense:out", 64, 64, 10, 11)));
    }

    private static GraphOutline graph(boolean quantised) {
        String dtype = quantised ? "int8" : "fp32";
        List<GraphOutline.Vertex> nodes = new ArrayList<>();
        List<GraphOutline.Edge> edges = new ArrayList<>();
        int last = add(nodes, edges, "input", "Input", "fp32");
        if (quantised) {
            last = add(nodes, edges, "input_q", "QuantizeLinear", dtype, last);
        }
        last = add(nodes, edges, "conv1", "Conv+Relu", dtype, last);
        for (int block = 1; block <= 3; block++) {
            int first = add(nodes, edges, "block" + block + "/conv1", "Conv+Relu", dtype, last);
            int second = add(nodes, edges, "block" + block + "/conv2", "Conv", dtype, first);
            int skip = block == 1 ? last : add(nodes, edges, "block" + block + "/skip", "Conv", dtype, last);
            last = add(nodes, edges, "block" + block + "/add", "Add+Relu", dtype, second, skip);
        }
        last = add(nodes, edges, "pool", "GlobalAveragePool", dtype, last);
        last = add(nodes, edges, "dense", "Gemm", dtype, last);
        if (quantised) {
            last = add(nodes, edges, "dense_dq", "DequantizeLinear", "fp32", last);
        }
        last = add(nodes, edges, "softmax", "Softmax", "fp32", last);
        add(nodes, edges, "output", "Output", "fp32", last);
        return new GraphOutline(nodes, edges);
    }

    private static int add(
            List<GraphOutline.Vertex> nodes,
            List<GraphOutline.Edge> edges,
            String name,
            String op,
            String dtype,
            int... from) {
        nodes.add(new GraphOutline.Vertex(name, op, dtype, "[1,16,32,32]"));
        for (int source : from) {
            edges.add(new GraphOutline.Edge(source, nodes.size() - 1));
        }
        return nodes.size() - 1;
    }

    private static SamplePicture picture(String name, String truth, String answer, boolean correct) {
        BufferedImage image = new BufferedImage(192, 48, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 192; x++) {
                image.setRGB(x, y, Color.HSBtoRGB(x / 192f, 0.3f, 0.5f + y / 96f));
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SamplePicture(name, png.toByteArray(), truth, answer, correct);
    }
}

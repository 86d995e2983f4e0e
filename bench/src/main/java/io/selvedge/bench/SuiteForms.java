package io.selvedge.bench;

import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteModel.Source;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.testkit.SharedFolder;
import io.selvedge.testkit.net.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The forms of one model of the suite.
 *
 * @param graph simplified, as every contender is to compute it
 * @param onnx the file that ONNX Runtime runs
 */
record SuiteForms(String dtype, Graph graph, Path onnx) {
    /** The forms that the suite asks for, fp32 first. */
    static List<SuiteForms> of(SuiteModel model, Path folder) throws IOException {
        ImportOptions shapes = new ImportOptions(java.util.Map.of(), model.shapes());
        Path file = file(model.fp32(), folder, "fp32");
        Graph fp32 = Compiler.simplify(OnnxImporter.read(file, shapes));
        List<SuiteForms> forms = new ArrayList<>(List.of(new SuiteForms("fp32", fp32, file)));
        switch (model.int8()) {
            case Source.None() -> {
                // Only in float.
            }
            case Source.Quantized() -> {
                Graph quantized = Compiler.simplify(QuantizedForm.of(fp32, model.low(), model.high()));
                Graph int8 = model.group() == Group.LAYER ? QuantizedForm.withIntegerEnds(quantized) : quantized;
                Path written = folder.resolve("int8.onnx");
                OnnxExporter.write(int8, written);
                forms.add(new SuiteForms("int8", int8, written));
            }
            case Source.Network _, Source.Shared _, Source.Resource _ -> {
                Path given = file(model.int8(), folder, "int8");
                forms.add(new SuiteForms("int8", Compiler.simplify(OnnxImporter.read(given, shapes)), given));
            }
        }
        return forms;
    }

    private static Path file(Source source, Path folder, String dtype) throws IOException {
        return switch (source) {
            case Source.Network(String name) -> {
                Path file = folder.resolve(dtype + ".onnx");
                OnnxExporter.write(
                        Network.named(name)
                                .orElseThrow(() -> missing("testkit has no network '" + name + "'"))
                                .graph(),
                        file);
                yield file;
            }
            case Source.Shared(String path) ->
                SharedFolder.find(path)
                        .orElseThrow(() -> missing("the folder of models beside the project has no " + path));
            case Source.Resource(String path) -> resource(path, folder.resolve(dtype + ".onnx"));
            case Source.Quantized() -> throw new IllegalStateException("a form is made, not read");
            case Source.None() -> throw new IllegalStateException("there is no such form");
        };
    }

    private static Path resource(String path, Path file) throws IOException {
        try (InputStream in = SuiteForms.class.getResourceAsStream("/" + path)) {
            if (in == null) {
                throw missing("no jar on the class path has " + path);
            }
            Files.copy(in, file);
            return file;
        }
    }

    private static SelvedgeException missing(String what) {
        return new SelvedgeException(ErrorCode.DATA_NOT_FOUND, what);
    }

    /** Multiply-accumulate operations of one run. */
    long macs() {
        long macs = 0;
        for (Node node : graph.nodes()) {
            macs += io.selvedge.compiler.ir.GraphCost.macs(graph, node);
        }
        return macs;
    }
}

package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.fallback.HybridModel;
import io.selvedge.fallback.HybridSession;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge run}: one answer of a bundle, or its score over data. */
@Command(
        name = "run",
        description =
                "Runs a bundle on arrays from NPY files and prints the outputs, or judges it by a data description.",
        footer = {
            "  selvedge run out/model.selv --input x=sample.npy",
            "  selvedge run out/model.selv --input x=sample.npy --output-dir answers/",
            "  selvedge run out/model.selv --dim seq=100 --input x=sample.npy    of several bindings the one that fits",
            "  selvedge run vad.selv --input chunks.npy    [60, 1, 576] for an input [1, 576]: 60 calls",
            "  selvedge run out/model.selv --data eval.yaml --take 1000"
        })
final class RunCommand implements Callable<Integer> {
    private final Console console;

    /** What goes in. */
    static final class Source {
        @Option(
                names = {"-i", "--input"},
                paramLabel = "NAME=FILE.npy",
                description =
                        "An input's array; the name may be left out when there is one input. An array with one more axis in front "
                                + "is a sequence of calls: states go from call to call, outputs are stacked. Repeatable.")
        private List<String> inputs = List.of();

        @Option(names = "--data", paramLabel = "YAML", description = "Judge by this data description instead.")
        private @Nullable Path data;
    }

    @Parameters(paramLabel = "BUNDLE", description = "A .selv file, as 'selvedge deploy' writes it.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @ArgGroup(multiplicity = "1")
    private Source source = new Source();

    @Option(names = "--take", paramLabel = "N", description = "With --data: only the first N samples.")
    private @Nullable Integer take;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "How many values to print per output. Default: 5")
    private int top;

    @Option(names = "--output-dir", paramLabel = "DIR", description = "Write every output there as NAME.npy.")
    private @Nullable Path outputDir;

    @Mixin
    private BundleChoice choice = new BundleChoice();

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Limits.atLeastOne("--top", top);
        if (take != null) {
            Limits.atLeastOne("--take", take);
        }
        if (!ModelFile.isBundle(file)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE,
                    file + " is no bundle; run takes the .selv file that 'selvedge deploy' writes from a model");
        }
        if (isHybrid()) {
            runHybrid();
            return 0;
        }
        try (Model model = Model.load(file, choice.loading(file));
                Session session = choice.session(model)) {
            if (source.data != null) {
                new Judging(console, session, json).run(source.data, take == null ? Integer.MAX_VALUE : take);
            } else {
                show(Answers.of(session.outputs(), session::run, new InputFiles(source.inputs).read(session.inputs())));
            }
        }
        return 0;
    }

    private boolean isHybrid() {
        try (Bundle bundle = Bundle.open(file)) {
            return HybridModel.isHybrid(bundle);
        }
    }

    private void runHybrid() throws IOException {
        if (source.data != null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--data judges bundles that are native as a whole; " + file
                            + " leaves parts to ONNX Runtime. Give --input");
        }
        try (HybridModel model = HybridModel.load(file, choice.unchecked());
                HybridSession session = model.newSession()) {
            show(Answers.of(session.outputs(), session::run, new InputFiles(source.inputs).read(session.inputs())));
        }
    }

    private void show(Answers answers) throws IOException {
        ObjectNode tree = new ObjectMapper().createObjectNode();
        answers.outputs().forEach((name, array) -> {
            OutputText text = OutputText.of(name, array);
            if (json) {
                text.into(tree.putObject(name));
            } else {
                text.lines(top).forEach(console.out()::println);
            }
        });
        if (json) {
            console.out().println(tree.toPrettyString());
        }
        if (outputDir != null) {
            List<Path> written = write(answers, outputDir);
            if (!json) {
                written.forEach(path -> console.out().println("Wrote " + path));
            }
        }
    }

    private static List<Path> write(Answers answers, Path folder) throws IOException {
        try (OutputFolder output = OutputFolder.open(folder, 0)) {
            List<String> files = new ArrayList<>();
            for (Map.Entry<String, NpyFile> answer : answers.outputs().entrySet()) {
                String file = answer.getKey().replaceAll("[^A-Za-z0-9._-]", "_") + ".npy";
                answer.getValue().write(output.staging().resolve(file), answer.getKey());
                files.add(file);
            }
            return output.publish(files);
        }
    }
}

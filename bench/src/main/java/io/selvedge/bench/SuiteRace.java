package io.selvedge.bench;

import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteResult.Entry;
import io.selvedge.bench.SuiteResult.Reading;
import io.selvedge.cli.Version;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One model of the suite in all of its forms, in every runtime that takes it, in one race. */
final class SuiteRace implements AutoCloseable {
    /** Busy processes of those models that are also measured under load. */
    static final int LOAD = 4;

    private static final long SEED = 1;

    private final SuiteModel model;
    private final double seconds;
    private final Supplier<Peaks> peaks;
    private final Compiler compiler = new Compiler(Toolchain.bundled());
    private final WorkFolder folder = WorkFolder.create("suite");
    private final List<Starter> starters = new ArrayList<>();
    private final List<Contender> contenders = new ArrayList<>();
    private final Map<String, Long> weightBytes = new LinkedHashMap<>();
    private final List<OwnForms.Built> built = new ArrayList<>();

    /** A runtime on one form: it runs, or there is a reason why it does not. */
    private record Starter(String runtime, String dtype, Optional<Contender> contender, String note) {}

    /** @param peaks of this machine's best target, asked for where reading is the limit */
    SuiteRace(SuiteModel model, double seconds, Supplier<Peaks> peaks) throws IOException {
        this.model = model;
        this.seconds = seconds;
        this.peaks = peaks;
    }

    SuiteResult run() throws IOException {
        List<SuiteForms> forms = SuiteForms.of(model, folder.path());
        for (SuiteForms form : forms) {
            Sample sample = Sample.random(form.graph(), SEED, model);
            start(SuiteResult.OURS, form, () -> ours(form, sample));
            start(
                    "onnxruntime",
                    form,
                    () -> new OnnxRuntimeContender("onnxruntime", form.onnx(), form.graph(), sample, 1));
            start(
                    "tflite-xnnpack",
                    form,
                    () -> TfliteForm.of(form.graph(), model.name()).contender(sample));
            if (model.group() == Group.LAYER) {
                start("onednn", form, () -> new OneDnnContender(form.graph(), sample));
            }
        }
        // What compiling left on the heap must not be collected while the race is on.
        System.gc();
        List<Race.Lap> laps = new Race(contenders, seconds).run();
        Map<Contender, Race.Lap> loaded = model.load() ? loaded() : Map.of();
        return new SuiteResult(
                model.name(),
                model.group(),
                LocalDate.now(ZoneOffset.UTC).toString(),
                1,
                forms.getFirst().macs(),
                entries(laps, loaded),
                readings(forms.getFirst().macs()),
                own());
    }

    /** Ours alone, when the peers' threads and memory are gone. */
    private List<OwnForms> own() {
        return built.stream()
                .map(form -> OwnForms.measure(form, model.group() != Group.LAYER, model.java(), seconds))
                .toList();
    }

    /** Of forms that use every weight once. */
    private List<Reading> readings(long macs) {
        List<Reading> readings = new ArrayList<>();
        weightBytes.forEach((dtype, bytes) -> {
            if (bytes >= macs * (dtype.equals("fp32") ? Float.BYTES : Byte.BYTES)) {
                Peaks.Level level = peaks.get().holding(bytes);
                readings.add(new Reading(dtype, bytes, level.name(), level.gigabytesPerSecond()));
            }
        });
        return readings;
    }

    private void start(String runtime, SuiteForms form, Supplier<Contender> contender) {
        try {
            Contender ready = contender.get();
            contenders.add(ready);
            starters.add(new Starter(runtime, form.dtype(), Optional.of(ready), ""));
        } catch (SelvedgeException | ModelException e) {
            starters.add(new Starter(
                    runtime,
                    form.dtype(),
                    Optional.empty(),
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
        }
    }

    private Contender ours(SuiteForms form, Sample sample) {
        boolean last = model.group() == Group.LAYER;
        Graph graph = last ? ImageOrder.channelsLast(form.graph()) : form.graph();
        Path bundle = folder.path().resolve(form.dtype() + ".selv");
        BundleFile.Bytes bytes = written(graph, bundle);
        weightBytes.put(form.dtype(), bytes.weights());
        if (!last) {
            built.add(new OwnForms.Built(form.dtype(), bundle, bytes.code(), sample));
            return new SelvedgeContender(bundle, sample, Version.text());
        }
        Sample moved = sample.mapped(graph, (name, values) -> {
            int[] e = form.graph().type(name).shape().extents();
            return e.length == 4
                    ? ImageOrder.nhwc(values, e, form.graph().type(name).dtype().bytes())
                    : values;
        });
        built.add(new OwnForms.Built(form.dtype(), bundle, bytes.code(), moved));
        return new Reordered(new SelvedgeContender(bundle, moved, Version.text()), values -> {
            for (int o = 0; o < values.length; o++) {
                String name = form.graph().outputs().get(o);
                values[o] = ImageOrder.nchw(
                        values[o], form.graph().type(name).shape().extents());
            }
            return values;
        });
    }

    private BundleFile.Bytes written(Graph graph, Path bundle) {
        try {
            return BundleFile.write(compiler, Compiler.simplify(graph), OwnForms.targets(), bundle);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Each on its own: it is asked how it stands the load, not who is faster. */
    private Map<Contender, Race.Lap> loaded() throws IOException {
        Map<Contender, Race.Lap> laps = new HashMap<>();
        try (BusyProcesses _ = new BusyProcesses(LOAD)) {
            for (Contender contender : contenders) {
                laps.put(contender, new Race(List.of(contender), seconds).run().getFirst());
            }
        }
        return laps;
    }

    private List<Entry> entries(List<Race.Lap> laps, Map<Contender, Race.Lap> loaded) {
        List<Entry> entries = new ArrayList<>();
        for (Starter starter : starters) {
            Optional<Contender> own = starters.stream()
                    .filter(s ->
                            s.runtime().equals(SuiteResult.OURS) && s.dtype().equals(starter.dtype()))
                    .findFirst()
                    .flatMap(Starter::contender);
            double error = starter.contender()
                    .filter(c -> own.isPresent() && own.get() != c)
                    .map(c -> BenchResult.maxError(own.get().outputs(), c.outputs()))
                    .orElse(Double.NaN);
            entries.add(new Entry(
                    starter.runtime(),
                    starter.contender().map(Contender::version).orElse(""),
                    starter.dtype(),
                    starter.contender().map(c -> laps.get(contenders.indexOf(c))),
                    starter.note(),
                    error,
                    starter.contender().map(loaded::get)));
        }
        return entries;
    }

    @Override
    public void close() {
        contenders.forEach(Contender::close);
        folder.close();
    }
}

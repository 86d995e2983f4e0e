package io.selvedge.compress.tune;

import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.emit.c.EmittedSource;
import io.selvedge.compiler.emit.c.Forms;
import io.selvedge.compiler.op.ConvAlgorithms;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program in which the steps to be timed stand in several forms one behind the other, over the same memory and weights. It is
 * compiled as any program is; to run one step of every place is to run the model.
 *
 * @param forms what every step takes
 * @param places by step of the model
 */
public record Trial(PlannedProgram planned, Target target, Forms forms, List<Place> places) {
    /** Layers with less of the multiplications are left as they are. */
    private static final double LEAST_SHARE = 0.005;

    /** Forms of an algorithm that the program has not. */
    private static final int FOREIGN_FORMS = 2;

    private static final int ALIGNMENT = 64;

    public Trial {
        places = List.copyOf(places);
    }

    /**
     * The steps of the trial that compute one step of the model.
     *
     * @param layer its text
     * @param steps to choose from, what the model has first
     * @param texts their forms; one, and empty, where nothing is timed
     */
    public record Place(String layer, List<Integer> steps, List<String> texts) {
        public Place {
            steps = List.copyOf(steps);
            texts = List.copyOf(texts);
        }
    }

    /** A step in a form. */
    private record Entry(int step, String algorithm, int form, String text) {}

    /**
     * The trial of the layers that are not known yet, those with most multiplications first.
     *
     * @param base planned with the algorithms that are known
     * @param most steps to add
     */
    static Trial of(PlannedProgram base, Target target, TunedForms known, int most) {
        List<Forms.Taken> taken = CEmitter.emit(base, target, known.forms()).forms();
        Set<Integer> open = open(base.program(), taken, known);
        Map<Integer, List<Entry>> foreign = foreign(base, target, open);
        List<Entry> entries = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        Set<Integer> timed = largest(open, taken, foreign, most);
        for (int i = 0; i < taken.size(); i++) {
            Forms.Taken own = taken.get(i);
            entries.add(new Entry(i, "", own.position(), ""));
            if (!timed.contains(i)) {
                places.add(new Place(own.offer().layer(), List.of(entries.size() - 1), List.of("")));
                continue;
            }
            // The first step that writes a buffer fills its border too, and is not timed.
            int first = entries.size();
            for (int form = 0; form < own.offer().forms().size(); form++) {
                entries.add(new Entry(i, "", form, own.offer().forms().get(form)));
            }
            entries.addAll(foreign.getOrDefault(i, List.of()));
            List<Entry> mine = entries.subList(first, entries.size());
            List<Integer> steps = new ArrayList<>();
            for (int k = 0; k < mine.size(); k++) {
                steps.add(first + k);
            }
            places.add(new Place(
                    own.offer().layer(), steps, mine.stream().map(Entry::text).toList()));
        }
        List<Entry> all = List.copyOf(entries);
        return new Trial(planned(base, all), target, (step, _) -> all.get(step).form(), places);
    }

    /** The sources. */
    EmittedSource source() {
        return CEmitter.emit(planned, target, forms);
    }

    int preparedBytes() {
        return CEmitter.preparedBytes(planned, target, forms);
    }

    /** Steps of the model of which there is a choice. */
    List<Integer> timed() {
        List<Integer> timed = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).steps().size() > 1) {
                timed.add(i);
            }
        }
        return timed;
    }

    /** The pass that takes choice {@code of[i]} at every place. */
    int[] pass(int[] of) {
        int[] pass = new int[of.length];
        Arrays.setAll(pass, i -> places.get(i).steps().get(of[i]));
        return pass;
    }

    /** The first step of every layer that offers a choice, is not known and matters. */
    private static Set<Integer> open(Program program, List<Forms.Taken> taken, TunedForms known) {
        Map<String, Integer> first = new LinkedHashMap<>();
        Map<String, Long> macs = new HashMap<>();
        long all = 0;
        for (int i = 0; i < taken.size(); i++) {
            Forms.Offer offer = taken.get(i).offer();
            Program.Step step = program.steps().get(i);
            all += step.macs();
            boolean choice = offer.forms().size() > 1
                    || !ConvAlgorithms.of(program, step.kernel()).isEmpty();
            if (choice && known.choice(offer.layer()).isEmpty()) {
                first.putIfAbsent(offer.layer(), i);
                macs.merge(offer.layer(), step.macs(), Long::sum);
            }
        }
        double least = LEAST_SHARE * all;
        return first.entrySet().stream()
                .filter(layer -> macs.getOrDefault(layer.getKey(), 0L) >= least)
                .sorted(Comparator.comparingLong(layer -> -macs.getOrDefault(layer.getKey(), 0L)))
                .map(Map.Entry::getValue)
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    private static Set<Integer> largest(
            Set<Integer> open, List<Forms.Taken> taken, Map<Integer, List<Entry>> foreign, int most) {
        Set<Integer> timed = new java.util.HashSet<>();
        int added = 0;
        for (int step : open) {
            added += taken.get(step).offer().forms().size()
                    + foreign.getOrDefault(step, List.of()).size();
            if (added <= most || timed.isEmpty()) {
                timed.add(step);
            }
        }
        return timed;
    }

    /** The best forms of the algorithms that the program has not chosen. */
    private static Map<Integer, List<Entry>> foreign(PlannedProgram base, Target target, Set<Integer> open) {
        List<Entry> entries = new ArrayList<>();
        for (int step : open) {
            List<String> names = ConvAlgorithms.of(
                    base.program(), base.program().steps().get(step).kernel());
            names.stream().skip(1).forEach(name -> entries.add(new Entry(step, name, 0, "")));
        }
        Map<Integer, List<Entry>> foreign = new HashMap<>();
        List<Forms.Taken> taken = CEmitter.emit(planned(base, entries), target).forms();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            List<String> texts = taken.get(i).offer().forms();
            for (int form = 0; form < Math.min(FOREIGN_FORMS, texts.size()); form++) {
                foreign.computeIfAbsent(entry.step(), _ -> new ArrayList<>())
                        .add(new Entry(entry.step(), entry.algorithm(), form, texts.get(form)));
            }
        }
        return foreign;
    }

    /** The base's memory with other steps; scratch memory that these need lies behind it. */
    private static PlannedProgram planned(PlannedProgram base, List<Entry> entries) {
        Program old = base.program();
        Program repeated = new Program(
                old.name(),
                old.buffers(),
                old.weights(),
                entries.stream().map(entry -> old.steps().get(entry.step())).toList(),
                old.inputs(),
                old.outputs());
        Program program =
                ConvAlgorithms.with(repeated, step -> entries.get(step).algorithm());
        List<Integer> offsets = new ArrayList<>(base.offsets());
        int behind = aligned(base.arenaBytes());
        long arena = base.arenaBytes();
        for (Buffer buffer :
                program.buffers().subList(offsets.size(), program.buffers().size())) {
            offsets.add(behind);
            arena = Math.max(arena, behind + buffer.bytes());
        }
        Map<Integer, Integer> prepared = new HashMap<>();
        List<Integer> preparedOffsets = new ArrayList<>();
        int preparedBytes = 0;
        for (Program.Step step : program.steps()) {
            int weights = step.kernel() instanceof Kernel.Winograd winograd
                    ? winograd.conv().weights()
                    : -1;
            Integer known = prepared.get(weights);
            preparedOffsets.add(known == null ? preparedBytes : known);
            if (known == null && step.kernel().preparedBytes() > 0) {
                prepared.put(weights, preparedBytes);
                preparedBytes =
                        aligned(Math.addExact(preparedBytes, (int) step.kernel().preparedBytes()));
            }
        }
        return new PlannedProgram(
                program,
                offsets,
                Math.toIntExact(arena),
                base.weightOffsets(),
                base.weightBytes(),
                preparedOffsets,
                preparedBytes);
    }

    private static int aligned(int bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }
}

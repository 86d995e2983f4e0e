package io.selvedge.compress.tune;

import io.selvedge.compiler.emit.c.Forms;
import io.selvedge.compiler.emit.c.LayerText;
import io.selvedge.compiler.op.ConvAlgorithms;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What was chosen for the layers that were timed, by the layer's text; all others are left to the cost model. */
public record TunedForms(Map<String, Choice> choices) {
    /** Nothing was timed. */
    public static final TunedForms NONE = new TunedForms(Map.of());

    public TunedForms {
        choices = Map.copyOf(choices);
    }

    /** These and others, which win. */
    TunedForms with(Map<String, Choice> more) {
        Map<String, Choice> all = new TreeMap<>(choices);
        all.putAll(more);
        return new TunedForms(all);
    }

    /** What the emitter takes. A form that a kernel does not offer, of another version perhaps, is left to the cost model. */
    public Forms forms() {
        return (_, offer) -> Math.max(
                0,
                choice(offer.layer())
                        .map(choice -> offer.forms().indexOf(choice.form()))
                        .orElse(0));
    }

    /** The program with its f32 convolutions by the algorithms that were chosen. */
    public Program algorithms(Program program) {
        return ConvAlgorithms.with(
                program, step -> algorithm(program, program.steps().get(step).kernel()));
    }

    private String algorithm(Program program, Kernel kernel) {
        return ConvAlgorithms.of(program, kernel).stream()
                .filter(name -> choice(LayerText.of(program, kernel))
                        .filter(choice -> choice.form().startsWith(name + " "))
                        .isPresent())
                .findFirst()
                .orElse("");
    }

    /** The choice for a layer that was timed. */
    public Optional<Choice> choice(String layer) {
        return Optional.ofNullable(choices.get(layer));
    }
}

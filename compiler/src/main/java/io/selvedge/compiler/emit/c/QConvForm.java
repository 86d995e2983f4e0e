package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How an 8-bit convolution is computed: directly by tiles, or by Winograd's algorithm.
 *
 * @param tile of the direct kernel
 */
record QConvForm(Optional<QWinogradCode> winograd, Tile tile) {
    /** All that there are, the cost model's choice first. */
    static List<QConvForm> offered(PlannedProgram planned, Target target, Kernel.QConv conv) {
        List<Tile> tiles = DenseConv.of(target, planned.program(), conv.x(), conv.y(), conv.residual(), conv.window())
                .tiles();
        List<QConvForm> direct = tiles.stream()
                .map(tile -> new QConvForm(Optional.empty(), tile))
                .toList();
        List<QWinogradCode> blocks = QWinogradCode.possible(planned, target, conv);
        Stream<QConvForm> winograd = blocks.stream().map(block -> new QConvForm(Optional.of(block), tiles.getFirst()));
        boolean first = !blocks.isEmpty() && blocks.getFirst().worthwhile(target);
        return (first ? Stream.concat(winograd, direct.stream()) : Stream.concat(direct.stream(), winograd)).toList();
    }

    /** What {@code forms} take. */
    static QConvForm of(PlannedProgram planned, Target target, int step, Kernel.QConv conv, Forms forms) {
        List<QConvForm> offered = offered(planned, target, conv);
        return offered.get(forms.choose(step, offer(planned, conv, offered)));
    }

    static Forms.Offer offer(PlannedProgram planned, Kernel.QConv conv, List<QConvForm> offered) {
        List<String> texts = new ArrayList<>();
        offered.forEach(form -> texts.add(form.text()));
        return new Forms.Offer(LayerText.of(planned.program(), conv), texts);
    }

    private String text() {
        return winograd.map(w -> "winograd " + w.block()).orElseGet(() -> "direct " + tile.order());
    }
}

package io.selvedge.jvm.routine;

import io.selvedge.jvm.kernel.Executable;
import io.selvedge.jvm.kernel.MissingRoutine;
import io.selvedge.jvm.kernel.Step;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Map;

/** The routines that are written in Java, by the names of the C functions. */
public final class RoutineCatalog implements Executable.Routines {
    private static final Map<String, Routine> ALL = Map.ofEntries(
            Map.entry("sv_gather_axis", Gathering::axis),
            Map.entry("sv_gather_elements", Gathering::elements),
            Map.entry("sv_gather_nd", Gathering::nd),
            Map.entry("sv_scatter_elements", Gathering::scatterElements),
            Map.entry("sv_scatter_nd", Gathering::scatterNd),
            Map.entry("sv_one_hot", Gathering::oneHot),
            Map.entry("sv_col2im", Gathering::blocks),
            Map.entry("sv_grid_sample", Sampling::grid),
            Map.entry("sv_roi_align", Sampling::regions),
            Map.entry("sv_deform_conv", Sampling::deformed),
            Map.entry("sv_det", Determinants::of),
            Map.entry("sv_tf_idf", Grams::count),
            Map.entry("sv_expect_i32", call -> Gathering.expect(call, Element.INT32)),
            Map.entry("sv_expect_i64", call -> Gathering.expect(call, Element.INT64)),
            Map.entry("sv_arg_reduce", Ordering::argReduce),
            Map.entry("sv_top_k", Ordering::topK),
            Map.entry("sv_non_zero", Ordering::nonZero),
            Map.entry("sv_trim", Ordering::trim),
            Map.entry("sv_non_max_suppression", Ordering::nonMaxSuppression),
            Map.entry("sv_triangle", Moving::triangle),
            Map.entry("sv_reverse_sequence", Moving::reverseSequence),
            Map.entry("sv_max_unpool", Moving::maxUnpool),
            Map.entry("sv_cum_sum", Moving::cumSum),
            Map.entry("sv_resize_axis", Resampling::axis),
            Map.entry("sv_resize_nearest", Resampling::nearest),
            Map.entry("sv_direct_conv", Windows::convolution),
            Map.entry("sv_direct_conv_transpose", Windows::transposed),
            Map.entry("sv_direct_pool", Windows::pool),
            Map.entry("sv_maxima_f32", call -> Windows.maxima(call, Element.FLOAT32)),
            Map.entry("sv_maxima_u8", call -> Windows.maxima(call, Element.UINT8)),
            Map.entry("sv_recurrent_pack", Recurrence::pack),
            Map.entry("sv_recurrent", Recurrence::cells));

    @Override
    public Step step(Program program, Weights weights, Kernel.Routine routine, String node) {
        Routine found = ALL.get(routine.function());
        if (found == null) {
            throw new MissingRoutine("'" + routine.function() + "', which '" + node + "' needs");
        }
        return RoutineStep.of(program, weights, routine, found);
    }
}

package io.selvedge.cli.conformance;

import java.util.Map;
import java.util.Optional;

/** Tests of release 1.17 whose expectation nobody can or should meet, each with the reason. */
public final class SuiteDefects {
    private static final String WRAPS =
            "the suite wraps a result that leaves int8, where the standard's text says that it saturates (onnx issue 7835;"
                    + " later releases of the suite saturate)";
    private static final String FRACTIONAL =
            "the suite takes the output's extent before it was rounded down for length_resized, which the standard's text"
                    + " says is the length of the resized tensor (onnx issue 2462), as ONNX Runtime has it";
    private static final String UNSEEDED =
            "the suite drew its numbers from a state of NumPy's generator that the file does not carry";

    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry(
                    "node/test_adam_multiple",
                    "the suite computed with an epsilon of 0.01 that the node does not have; the standard's default is 1e-6"),
            Map.entry(
                    "node/test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
                    "the suite counts window elements behind the padded end, which PyTorch, ONNX Runtime and later releases"
                            + " of the standard's reference do not"),
            Map.entry("node/test_bernoulli", UNSEEDED),
            Map.entry("node/test_bernoulli_double", UNSEEDED),
            Map.entry("node/test_bernoulli_double_expanded", UNSEEDED),
            Map.entry("node/test_bernoulli_expanded", UNSEEDED),
            Map.entry("node/test_bernoulli_seed", UNSEEDED),
            Map.entry("node/test_bernoulli_seed_expanded", UNSEEDED),
            Map.entry("node/test_qlinearmatmul_2D_int8_float16", WRAPS),
            Map.entry("node/test_qlinearmatmul_2D_int8_float32", WRAPS),
            Map.entry("node/test_qlinearmatmul_3D_int8_float16", WRAPS),
            Map.entry("node/test_qlinearmatmul_3D_int8_float32", WRAPS),
            Map.entry("node/test_resize_downsample_scales_cubic_align_corners", FRACTIONAL),
            Map.entry("node/test_resize_downsample_scales_linear_align_corners", FRACTIONAL));

    private SuiteDefects() {}

    /** Why a test is not to be met; empty for every test that is. */
    public static Optional<String> reason(String test) {
        return Optional.ofNullable(REASONS.get(test));
    }
}

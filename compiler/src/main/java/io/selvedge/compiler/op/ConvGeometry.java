package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;

/**
 * A convolution as the kernels see it: two spatial axes, whatever the rank of the ONNX value. A matrix product is one of
 * 1x1 windows over images of one pixel.
 */
record ConvGeometry(
        int n,
        int c,
        int h,
        int w,
        int oc,
        int oh,
        int ow,
        int group,
        Kernel.Window window,
        int padBottom,
        int padRight) {

    /** @param x [N,C,(H,)W], [N,C,L] or [M,K]
     *  @param weight [OC,C/group,(kH,)kW] or [N,K]
     *  @param pads as ONNX: begins, then ends; empty lists mean 1, 0, 1 */
    static ConvGeometry of(
            Shape x,
            Shape weight,
            Shape y,
            List<Integer> strides,
            List<Integer> pads,
            List<Integer> dilations,
            int group) {
        int spatial = x.rank() - 2;
        if (spatial > 2) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "a convolution over " + spatial + " spatial axes has no native kernel; 1 or 2 are supported");
        }
        int last = spatial - 1;
        boolean two = spatial == 2;
        boolean any = spatial > 0;
        Kernel.Window window = new Kernel.Window(
                two ? weight.extent(2) : 1,
                any ? weight.extent(2 + last) : 1,
                two ? at(strides, 0, 1) : 1,
                any ? at(strides, last, 1) : 1,
                two ? at(dilations, 0, 1) : 1,
                any ? at(dilations, last, 1) : 1,
                two ? at(pads, 0, 0) : 0,
                any ? at(pads, last, 0) : 0);
        int oh = two ? y.extent(2) : 1;
        int ow = any ? y.extent(2 + last) : 1;
        int h = two ? x.extent(2) : 1;
        int w = any ? x.extent(2 + last) : 1;
        return new ConvGeometry(
                x.extent(0),
                x.extent(1),
                h,
                w,
                weight.extent(0),
                oh,
                ow,
                group,
                window,
                Math.max(
                        0,
                        (oh - 1) * window.strideH()
                                + (window.kernelH() - 1) * window.dilationH()
                                + 1
                                - window.padTop()
                                - h),
                Math.max(
                        0,
                        (ow - 1) * window.strideW()
                                + (window.kernelW() - 1) * window.dilationW()
                                + 1
                                - window.padLeft()
                                - w));
    }

    private static int at(List<Integer> values, int index, int otherwise) {
        return index < values.size() ? values.get(index) : otherwise;
    }

    boolean depthwise() {
        return group > 1 && group == c && oc == c;
    }

    /** Every tap is a run of its own instead of every kernel row. */
    boolean tapRuns() {
        return window.dilationW() > 1 && window.kernelW() > 1;
    }

    /** Channels per tap in a run over a buffer of this pitch. */
    int runChannels(int channelPitch) {
        return window.kernelW() == 1 || tapRuns() ? c : channelPitch;
    }

    WindowReader.Request request(int padValue, int slackBytes) {
        return new WindowReader.Request(
                window.padTop(), window.padLeft(), padBottom, padRight, padValue, depthwise(), slackBytes);
    }

    long macs() {
        return (long) n * oh * ow * oc * (c / group) * window.kernelH() * window.kernelW();
    }

    /** Grouped weights [OC,C/group,...] as dense ones [OC,C,...] with zeros, the form of the dense kernels. */
    <A> void ungroup(A from, A to, ArrayCopy<A> copy) {
        int taps = window.kernelH() * window.kernelW();
        int per = c / group;
        int outPer = oc / group;
        for (int o = 0; o < oc; o++) {
            copy.copy(from, o * per * taps, to, (o * c + o / outPer * per) * taps, per * taps);
        }
    }

    interface ArrayCopy<A> {
        void copy(A from, int fromIndex, A to, int toIndex, int length);
    }
}

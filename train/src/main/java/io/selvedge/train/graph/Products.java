package io.selvedge.train.graph;

import io.selvedge.compiler.op.Gemm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Products of matrices. */
final class Products {
    private Products() {}

    static Tensor gemm(Call call) {
        Gemm op = (Gemm) call.node().op();
        Tensor a = op.transA() ? call.in(0).t() : call.in(0);
        Tensor b = op.transB() ? call.in(1).t() : call.in(1);
        if (!call.has(2)) {
            Tensor y = torch.mm(a, b);
            return op.alpha() == 1 ? y : y.mul(Natively.number(op.alpha()));
        }
        return torch.addmm(call.in(2), a, b, Natively.number(op.beta()), Natively.number(op.alpha()));
    }

    static Tensor matMul(Call call) {
        return call.in(0).matmul(call.in(1));
    }
}

package com.example.operators;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Attributes;
import io.selvedge.compiler.op.MapLowering;
import io.selvedge.compiler.op.OpCall;
import io.selvedge.compiler.op.Operands;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = X + sin(alpha * X)^2 / alpha}, an activation of audio networks. It is element-wise, so an expression is all that
 * the compiler needs: it is fused with its neighbours and vectorised as the built-in ones are.
 */
public record Snake(float alpha) implements Op, ElementWise, Lowerable {
    static Op read(OpCall call) {
        return new Snake(call.attributes().number("alpha", 1));
    }

    @Override
    public String domain() {
        return ExampleOperators.DOMAIN;
    }

    @Override
    public String type() {
        return "Snake";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("alpha", alpha);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = Operands.required(inputs, 0, "X");
        Operands.floating(x);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = Operands.required(inputs, 0, "X");
        return List.of(Tensor.filled(x.type(), i -> {
            double sine = Math.sin(alpha * x.getDouble(i));
            return x.getDouble(i) + sine * sine / alpha;
        }));
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        Expr sine = MapLowering.unary(Expr.UnaryOp.SIN, MapLowering.mul(MapLowering.number(alpha), x));
        Expr bump = MapLowering.mul(MapLowering.mul(sine, sine), MapLowering.number(1 / alpha));
        return MapLowering.add(x, bump);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}

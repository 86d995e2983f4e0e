package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.image.ImageFile;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pixels [H,W,C] of an image file [bytes], uint8 both. The file must be constant because it decides the output's shape.
 * JPEG, PNG, BMP, TIFF and PNM are read; Java has no decoder of WebP and JPEG 2000.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ImageDecoder.html">ONNX ImageDecoder</a>
 */
public record ImageDecoder(Colour colour) implements Op {
    static Op read(OpCall call) {
        String format = call.attributes().text("pixel_format", "RGB");
        return new ImageDecoder(
                switch (format) {
                    case "RGB" -> Colour.RGB;
                    case "BGR" -> Colour.BGR;
                    case "Grayscale" -> Colour.GRAY;
                    default ->
                        throw new SelvedgeException(
                                ErrorCode.BAD_ATTRIBUTE,
                                "pixel_format '" + format + "' is not known; use RGB, BGR or Grayscale");
                });
    }

    @Override
    public String type() {
        return "ImageDecoder";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "pixel_format",
                switch (colour) {
                    case RGB -> "RGB";
                    case BGR -> "BGR";
                    case GRAY -> "Grayscale";
                });
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType file = required(inputs, 0, "encoded_stream");
        Operands.shapes(
                file.shape().rank() == 1 && file.dtype() == DType.UINT8, "needs the bytes of a file, got %s", file);
        return List.of(evaluate(List.of(Optional.of(Operands.known(constants, 0, "encoded_stream"))))
                .getFirst()
                .type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor file = required(inputs, 0, "encoded_stream");
        byte[] bytes = new byte[file.elements()];
        file.bytes().get(bytes);
        refuse(bytes, "WEBP", 8, "WebP");
        refuse(bytes, "jP  ", 4, "JPEG 2000");
        ImageFile.Pixels pixels = ImageFile.decode("encoded_stream", bytes, colour);
        return List.of(Tensor.of(
                TensorType.of(DType.UINT8, pixels.height(), pixels.width(), colour.channels()), pixels.bytes()));
    }

    private static void refuse(byte[] file, String mark, int at, String format) {
        boolean found = file.length >= at + mark.length();
        for (int i = 0; found && i < mark.length(); i++) {
            found = file[at + i] == mark.charAt(i);
        }
        if (found) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "Java has no decoder of " + format + "; convert the image to PNG or JPEG");
        }
    }
}

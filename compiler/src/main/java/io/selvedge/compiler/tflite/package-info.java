/**
 * TFLite files in, as the graph that an ONNX file with QuantizeLinear and DequantizeLinear would give. Imports onnx (options
 * of an import), op, ir and diag; knows the format's tables by their numbers, without generated code. Read TfliteImporter
 * first, then TfliteCatalog.
 */
@NullMarked
package io.selvedge.compiler.tflite;

import org.jspecify.annotations.NullMarked;

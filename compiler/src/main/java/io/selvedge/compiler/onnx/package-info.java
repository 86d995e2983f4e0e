/** ONNX files in and out. Imports op, ir, diag and protobuf, which nothing else sees. Read OnnxImporter first. */
@NullMarked
package io.selvedge.compiler.onnx;

import org.jspecify.annotations.NullMarked;

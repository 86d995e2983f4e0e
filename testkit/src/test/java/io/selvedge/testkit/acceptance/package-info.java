/**
 * What the first release promised, on real models and data: every test goes the whole way from an ONNX file through
 * generated code and a bundle to the runtime. May import all modules below the command line. Read RealModel first, then
 * NativeModel.
 */
package io.selvedge.testkit.acceptance;

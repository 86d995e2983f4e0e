package com.example.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.selvedge.runtime.GoldenVector;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an application on a device does with a bundle; run with {@code -Dselvedge.bundle=PATH}. */
class DeviceTest {
    private static Model model;

    @BeforeAll
    static void load() {
        String bundle = System.getProperty("selvedge.bundle");
        assertTrue(bundle != null, "say which bundle to run: -Dselvedge.bundle=/path/to/model.selv");
        model = Model.load(Path.of(bundle));
        System.out.printf(
                "%s on Java %s: %s, %d bytes of arena, %s -> %s%n",
                model.name(),
                System.getProperty("java.version"),
                model.targetName(),
                model.arenaBytes(),
                model.inputs(),
                model.outputs());
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void the_bundle_brings_golden_vectors_and_this_machine_agrees_with_them() {
        assertTrue(model.checkGolden().vectors() > 0, "the bundle has no golden vectors");
    }

    @Test
    void a_session_gives_the_golden_outputs() {
        try (Session session = model.newSession()) {
            for (GoldenVector golden : model.goldenVectors()) {
                run(session, golden);
                for (int i = 0; i < golden.outputs().size(); i++) {
                    assertAgree(session.outputs().get(i), golden.outputs().get(i));
                }
            }
        }
    }

    @Test
    void outputs_have_their_shape_and_are_numbers() {
        try (Session session = model.newSession()) {
            run(session, model.goldenVectors().get(0));
            for (TensorSpec spec : model.outputs()) {
                TensorBuffer output = session.output(spec.name());
                assertEquals(spec.shape(), output.shape());
                float[] values = output.toFloats();
                assertEquals(spec.shape().stream().reduce(1, (a, b) -> a * b), values.length);
                for (float value : values) {
                    assertFalse(Float.isNaN(value), spec.name() + " holds NaN");
                }
            }
        }
    }

    @Test
    void threads_with_a_session_each_get_the_same_answer() throws Exception {
        GoldenVector golden = model.goldenVectors().get(0);
        Callable<List<ByteBuffer>> worker = () -> {
            try (Session session = model.newSession()) {
                for (int i = 0; i < 20; i++) {
                    run(session, golden);
                }
                return session.outputs().stream().map(TensorBuffer::bytes).toList();
            }
        };
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<List<ByteBuffer>> answers = new ArrayList<>();
            for (Future<List<ByteBuffer>> answer : pool.invokeAll(List.of(worker, worker, worker, worker))) {
                answers.add(answer.get());
            }
            for (List<ByteBuffer> answer : answers) {
                assertEquals(answers.get(0), answer);
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void a_missing_bundle_is_told_by_its_code() {
        ModelException e = assertThrows(ModelException.class, () -> Model.load(Path.of("missing.selv")));
        assertEquals(ModelException.Code.NOT_FOUND, e.code());
    }

    private static void run(Session session, GoldenVector golden) {
        for (int i = 0; i < golden.inputs().size(); i++) {
            session.inputs().get(i).bytes().put(golden.inputs().get(i).duplicate());
        }
        session.run();
    }

    /** Integers are equal on every CPU; floats may differ in the last digits, as sums are taken in another order. */
    private static void assertAgree(TensorBuffer actual, ByteBuffer golden) {
        if (!actual.dtype().isFloat()) {
            assertEquals(golden, actual.bytes(), actual.name());
            return;
        }
        float[] found = actual.toFloats();
        float[] expected = floats(actual.spec(), golden);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 1e-4f * largest, actual.name() + " at " + i);
        }
    }

    private static float[] floats(TensorSpec spec, ByteBuffer golden) {
        float[] values = new float[spec.elementCount()];
        switch (spec.dtype()) {
            case FLOAT32 -> golden.asFloatBuffer().get(values);
            case FLOAT64 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) golden.getDouble(i * Double.BYTES);
                }
            }
            default -> throw new IllegalArgumentException("an output of " + spec.dtype().onnxName());
        }
        return values;
    }
}

package io.selvedge.fallback;

import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A part that was compiled: an ordinary bundle. */
record NativePart(Model model) implements Part {
    @Override
    public Step newStep(Map<String, TensorBuffer> values) {
        Session session = model.newSession();
        List<TensorBuffer> sources = new ArrayList<>();
        session.inputs().forEach(input -> sources.add(HybridModel.value(values, input.name())));
        session.outputs().forEach(output -> values.put(output.name(), output));
        return new NativeStep(session, List.copyOf(sources));
    }

    @Override
    public void close() {
        model.close();
    }

    private record NativeStep(Session session, List<TensorBuffer> sources) implements Step {
        @Override
        public void run() {
            for (int i = 0; i < sources.size(); i++) {
                session.inputs().get(i).bytes().put(sources.get(i).bytes());
            }
            session.run();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}

package io.selvedge.jvm;

import io.selvedge.jvm.kernel.Executable;
import io.selvedge.jvm.kernel.Memory;
import io.selvedge.jvm.kernel.Tiles;
import io.selvedge.jvm.kernel.Transfer;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.Program;
import io.selvedge.jvm.program.ProgramReader;
import io.selvedge.jvm.routine.RoutineCatalog;
import io.selvedge.runtime.ProgramExecutor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Programs in Java: the runtime finds this class by {@link java.util.ServiceLoader}. */
public final class JvmExecutor implements ProgramExecutor {
    /** For the service loader. */
    public JvmExecutor() {}

    @Override
    public Prepared prepare(ByteBuffer program, ByteBuffer weights) {
        WarmUp.begin();
        Program read = ProgramReader.read(program);
        Executable executable = new Executable(read, new Weights(read, weights), new RoutineCatalog());
        return () -> new Inference(executable);
    }

    /** One session's memory. */
    private static final class Inference implements Run {
        private final Executable executable;
        private final Memory memory;

        Inference(Executable executable) {
            this.executable = executable;
            memory = new Memory(executable.program());
        }

        @Override
        public int runAll(List<ByteBuffer> tensors) {
            load(tensors);
            int status = executable.run(memory);
            if (status == 0) {
                store(tensors);
            }
            return status;
        }

        @Override
        public void runStep(List<ByteBuffer> tensors, int step) {
            load(tensors);
            executable.runStep(memory, step);
            store(tensors);
        }

        private void load(List<ByteBuffer> tensors) {
            Optional<Tiles> faster = WarmUp.tiles();
            if (faster.isPresent()) {
                memory.use(faster.get());
            }
            List<Integer> inputs = executable.program().inputs();
            for (int i = 0; i < inputs.size(); i++) {
                Transfer.load(tensors.get(i), memory.array(inputs.get(i)));
            }
        }

        private void store(List<ByteBuffer> tensors) {
            List<Integer> outputs = executable.program().outputs();
            int first = executable.program().inputs().size();
            for (int i = 0; i < outputs.size(); i++) {
                Transfer.store(memory.array(outputs.get(i)), tensors.get(first + i));
            }
        }
    }
}

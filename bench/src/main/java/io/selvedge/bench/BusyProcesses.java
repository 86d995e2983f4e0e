package io.selvedge.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing but use a core each, until they are closed or this process is gone. */
final class BusyProcesses implements AutoCloseable {
    private static final String LOOP =
            "while kill -0 $0 2>/dev/null; do i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; done";

    private final List<Process> processes = new ArrayList<>();

    BusyProcesses(int count) throws IOException {
        String parent = String.valueOf(ProcessHandle.current().pid());
        try {
            for (int i = 0; i < count; i++) {
                processes.add(new ProcessBuilder("sh", "-c", LOOP, parent).start());
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}

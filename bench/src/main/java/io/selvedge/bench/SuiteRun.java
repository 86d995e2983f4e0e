package io.selvedge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.profile.PeakCache;
import io.selvedge.compress.profile.Peaks;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The whole suite. Every model's result is a line of JSON as soon as it is there, and a model that has a line already is not
 * measured again: a run that was stopped goes on where it was.
 *
 * @param log the lines; without it everything is measured
 * @param page where the tables go
 * @param only names of the models to measure, as a pattern
 */
record SuiteRun(Path suite, Optional<Path> log, Optional<Path> page, Pattern only, double seconds) {
    private static final String STARTS = "starts";
    private static final String LIMITS = "limits";

    void run(PrintStream out, PrintStream err) {
        List<SuiteModel> models = SuiteFile.read(suite);
        Map<String, JsonNode> lines = lines();
        int number = 0;
        for (SuiteModel model : models) {
            number++;
            if (lines.containsKey(model.name()) || !only.matcher(model.name()).find()) {
                continue;
            }
            err.printf("%d of %d: %s ...%n", number, models.size(), model.name());
            measure(model, err).ifPresent(result -> {
                keep(lines, result.name(), result.tree());
                err.println("  " + SuitePage.line(result));
            });
        }
        if (!lines.containsKey(STARTS) && only.matcher(STARTS).find()) {
            err.println("process starts ...");
            StartRace.measure(err).ifPresent(tree -> keep(lines, STARTS, tree));
        }
        if (!lines.containsKey(LIMITS) && only.matcher(LIMITS).find()) {
            err.println("limits of a core ...");
            keep(lines, LIMITS, limits());
        }
        SuitePage tables = new SuitePage(
                models.stream()
                        .flatMap(model -> Optional.ofNullable(lines.get(model.name())).stream())
                        .map(SuiteResult::of)
                        .toList(),
                Optional.ofNullable(lines.get(STARTS)),
                Optional.ofNullable(lines.get(LIMITS)));
        String text = tables.text(Machine.host());
        page.ifPresentOrElse(file -> write(file, text), () -> out.print(text));
    }

    private Optional<SuiteResult> measure(SuiteModel model, PrintStream err) {
        try (SuiteRace race = new SuiteRace(model, seconds, SuiteRun::peaks)) {
            return Optional.of(race.run());
        } catch (SelvedgeException e) {
            err.println("  left out: " + e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, model.name() + ": " + IoReason.of(e), e);
        }
    }

    /** Of the best target, measured now, beside the race and not on another day. */
    private static Peaks peaks() {
        return peaks(OwnForms.targets().getFirst());
    }

    private static Peaks peaks(Target target) {
        return new PeakCache(UserCache.ofUser(), HostCpu.detect())
                .measure(
                        target,
                        Toolchain::bundled,
                        LocalDate.now(ZoneOffset.UTC).toString());
    }

    private static JsonNode limits() {
        ObjectNode root = new ObjectMapper().createObjectNode().put("model", LIMITS);
        ArrayNode rows = root.putArray("rows");
        for (Target target : OwnForms.targets()) {
            Peaks peaks = peaks(target);
            rows.addObject()
                    .put("target", target.name())
                    .put("fp32", peaks.fp32())
                    .put("int8", peaks.int8());
        }
        return root;
    }

    private Map<String, JsonNode> lines() {
        Map<String, JsonNode> lines = new LinkedHashMap<>();
        if (log.isEmpty() || !Files.exists(log.get())) {
            return lines;
        }
        ObjectMapper mapper = new ObjectMapper();
        int number = 0;
        try {
            for (String line : Files.readAllLines(log.get())) {
                number++;
                JsonNode node = mapper.readTree(line);
                lines.put(node.path("model").asText(), node);
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    "'" + log.get() + "' line " + number
                            + " is no result of a suite; give another --json, or delete it",
                    e);
        }
        return lines;
    }

    private void keep(Map<String, JsonNode> lines, String name, JsonNode tree) {
        lines.put(name, tree);
        log.ifPresent(file -> append(file, tree + "\n"));
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw notWritable(file, e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw notWritable(file, e);
        }
    }

    private static SelvedgeException notWritable(Path file, IOException e) {
        return new SelvedgeException(
                ErrorCode.OUTPUT_NOT_WRITABLE, file + " cannot be written (" + IoReason.of(e) + "); choose another", e);
    }
}

package io.selvedge.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.program.StepCost;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.compress.profile.Profile;
import java.util.Locale;

/** A profile as JSON, field by field; what does not apply to a layer is absent. */
public final class ProfileWriter {
    /** Value of the field {@code schema}. */
    public static final String SCHEMA = "selvedge-profile/1";

    private ProfileWriter() {}

    /** The text of the file. */
    public static String text(Profile profile, Machine machine) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("schema", SCHEMA).put("model", profile.model());
        if (!profile.binding().isEmpty()) {
            root.put("binding", profile.binding());
        }
        ReportWriter.machine(root.putObject("machine"), machine);
        peaks(root.putObject("peaks"), profile.peaks());
        root.put("level", profile.level().name())
                .put("arenaBytes", profile.arenaBytes())
                .put("rounds", profile.rounds())
                .put("wholeMicros", profile.wholeMicros())
                .put("sumMicros", profile.sumMicros())
                .put("shareOfPeak", profile.shareOfPeak());
        for (Profile.Layer layer : profile.layers()) {
            layer(root.withArray("layers").addObject(), profile, layer);
        }
        return root.toPrettyString() + "\n";
    }

    private static void peaks(ObjectNode node, Peaks peaks) {
        node.put("target", peaks.target())
                .put("measured", peaks.measured())
                .put("fp32GigaOps", peaks.fp32())
                .put("int8GigaOps", peaks.int8());
        ObjectNode levels = node.putObject("gigabytesPerSecond");
        peaks.levels().forEach(level -> levels.put(level.name(), level.gigabytesPerSecond()));
    }

    private static void layer(ObjectNode node, Profile profile, Profile.Layer layer) {
        StepCost cost = layer.cost();
        node.put("name", layer.name())
                .put("kernel", cost.kernel())
                .put("arithmetic", cost.arithmetic().name().toLowerCase(Locale.ROOT));
        if (!layer.tile().isEmpty()) {
            node.put("tile", layer.tile());
        }
        node.put("micros", layer.micros());
        if (cost.macs() > 0) {
            node.put("macs", cost.macs())
                    .put("executedMacs", cost.executedMacs())
                    .put("gigaOps", layer.gigaOps())
                    .put("operationsPerByte", layer.intensity());
        }
        profile.shareOfPeak(layer).ifPresent(share -> node.put("shareOfPeak", share));
        node.put("readBytes", cost.readBytes())
                .put("weightBytes", cost.weightBytes())
                .put("writtenBytes", cost.writtenBytes())
                .put("gigabytesPerSecond", layer.gigabytesPerSecond())
                .put("shareOfBandwidth", profile.shareOfBandwidth(layer));
    }
}

package io.selvedge.compress.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.DataDescription.LabelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Class index per file name, from a CSV file or from folder names. */
final class Labels {
    private final LabelFile source;
    private final Map<String, Integer> byName;

    private Labels(LabelFile source, Map<String, Integer> byName) {
        this.source = source;
        this.byName = byName;
    }

    /**
     * Reads the whole label file. A value is a class index or one of the class names; a first row that has neither is a
     * heading.
     *
     * @throws SelvedgeException DATA_NOT_FOUND, BAD_DATA or LABEL_OUT_OF_RANGE with the line
     */
    static Labels read(LabelFile source, Optional<List<String>> classes) {
        if (!Files.isRegularFile(source.file())) {
            throw new SelvedgeException(ErrorCode.DATA_NOT_FOUND, "No label file at '" + source.file() + "'.");
        }
        Map<String, Integer> byName = new HashMap<>();
        try (CsvReader<CsvRecord> rows = CsvReader.builder().ofCsvRecord(source.file())) {
            boolean first = true;
            for (CsvRecord row : rows) {
                OptionalInt label = label(source, row, classes, first);
                first = false;
                if (label.isPresent()) {
                    byName.put(row.getField(source.keyColumn()).strip(), label.getAsInt());
                }
            }
        } catch (IOException | UncheckedIOException | CsvParseException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA, "Label file '" + source.file() + "' cannot be read: " + e.getMessage(), e);
        }
        return new Labels(source, byName);
    }

    private static OptionalInt label(LabelFile source, CsvRecord row, Optional<List<String>> classes, boolean first) {
        String where = "'" + source.file() + "' line " + row.getStartingLineNumber();
        if (row.getFieldCount() <= Math.max(source.keyColumn(), source.valueColumn())) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    where + " has " + row.getFieldCount() + " columns; 'labels' names columns " + source.keyColumn()
                            + " and " + source.valueColumn() + " (counted from 0).");
        }
        String text = row.getField(source.valueColumn()).strip();
        int named = classes.map(names -> names.indexOf(text)).orElse(-1);
        if (named >= 0) {
            return OptionalInt.of(named);
        }
        try {
            return OptionalInt.of(checked(where, Integer.parseInt(text), classes));
        } catch (NumberFormatException e) {
            if (first) {
                return OptionalInt.empty();
            }
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    where + ": '" + text + "' is neither a class index nor a name in 'classes'.",
                    e);
        }
    }

    /** @throws SelvedgeException LABEL_OUT_OF_RANGE when negative or beyond the classes */
    static int checked(String where, long label, Optional<List<String>> classes) {
        long limit = classes.map(List::size).orElse(Integer.MAX_VALUE);
        if (label < 0 || label >= limit) {
            throw new SelvedgeException(
                    ErrorCode.LABEL_OUT_OF_RANGE,
                    where + ": label " + label + " is outside 0.." + (limit - 1)
                            + (classes.isPresent() ? ", the classes of the data description." : "."));
        }
        return (int) label;
    }

    /** Label of a file, found by its path in the archive or by its last name.
     *  @throws SelvedgeException BAD_DATA when the label file does not list it */
    int of(String name) {
        Integer label = byName.getOrDefault(name, byName.get(name.substring(name.lastIndexOf('/') + 1)));
        if (label == null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    "'" + name + "' has no label: column " + source.keyColumn() + " of '" + source.file()
                            + "' does not list it. Add a row or remove the file.");
        }
        return label;
    }

    /** Label of a file by the name of the folder it is in.
     *  @throws SelvedgeException LABEL_OUT_OF_RANGE when no class is called so */
    static int ofFolder(String name, List<String> classes) {
        int slash = name.lastIndexOf('/');
        String folder = slash < 0 ? "" : name.substring(name.lastIndexOf('/', slash - 1) + 1, slash);
        int label = classes.indexOf(folder);
        if (label < 0) {
            throw new SelvedgeException(
                    ErrorCode.LABEL_OUT_OF_RANGE,
                    "'" + name + "' lies in folder '" + folder + "', which is none of the " + classes.size()
                            + " classes " + classes + "; correct 'classes' or move the file.");
        }
        return label;
    }
}

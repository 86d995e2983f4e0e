package io.selvedge.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of operations on the command line: {@code 12500000}, {@code 12.5M}; K, M and G are powers of 1000. */
record Count(long value) {
    /** For picocli. */
    static final class Converter implements ITypeConverter<Count> {
        @Override
        public Count convert(String text) {
            String digits = text.strip();
            double unit = 1;
            int at = digits.isEmpty() ? -1 : "KMG".indexOf(Character.toUpperCase(digits.charAt(digits.length() - 1)));
            if (at >= 0) {
                unit = Math.pow(1000, at + 1);
                digits = digits.substring(0, digits.length() - 1);
            }
            try {
                double value = Double.parseDouble(digits) * unit;
                if (value >= 1 && value < Long.MAX_VALUE) {
                    return new Count(Math.round(value));
                }
            } catch (NumberFormatException e) {
                // Said below, together with numbers out of range.
            }
            throw new TypeConversionException("'" + text + "' is not a number of operations; write 12500000, or 12.5M");
        }
    }
}

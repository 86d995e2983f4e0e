package io.selvedge.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size on the command line: {@code 65536}, {@code 64K}, {@code 1.5M}; K and M are powers of 1024. */
record ByteCount(long bytes) {
    /** For picocli. */
    static final class Converter implements ITypeConverter<ByteCount> {
        @Override
        public ByteCount convert(String text) {
            String digits = text.strip().replaceAll("(?i)(ib|b)$", "");
            long unit = 1;
            char last = digits.isEmpty() ? ' ' : Character.toUpperCase(digits.charAt(digits.length() - 1));
            if (last == 'K' || last == 'M' || last == 'G') {
                unit = 1L << (last == 'K' ? 10 : last == 'M' ? 20 : 30);
                digits = digits.substring(0, digits.length() - 1);
            }
            try {
                double value = Double.parseDouble(digits) * unit;
                if (value >= 0 && value < Long.MAX_VALUE) {
                    return new ByteCount((long) value);
                }
            } catch (NumberFormatException e) {
                // Said below, together with numbers out of range.
            }
            throw new TypeConversionException("'" + text + "' is not a size; write bytes, or 64K, 1.5M");
        }
    }
}

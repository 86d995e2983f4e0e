package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.OptionalInt;

/** Ranges of numbers on the command line. */
final class Limits {
    static final String AUTO = "auto";

    private Limits() {}

    /** @throws SelvedgeException BAD_OPTION for NaN and infinity; negative is fine: a drop may have to be a gain */
    static double finite(String option, double value) {
        if (!Double.isFinite(value)) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, option + " needs a finite number, got " + value);
        }
        return value;
    }

    /** @throws SelvedgeException BAD_OPTION unless above 0 */
    static double positive(String option, double value) {
        if (!(finite(option, value) > 0)) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, option + " needs a number above 0, got " + value);
        }
        return value;
    }

    /** @throws SelvedgeException BAD_OPTION below 1 */
    static int atLeastOne(String option, int value) {
        if (value < 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, option + " needs a whole number of at least 1, got " + value);
        }
        return value;
    }

    /** @throws SelvedgeException BAD_OPTION below 1, or above the number of processors */
    static int processors(String option, int value) {
        int processors = Runtime.getRuntime().availableProcessors();
        if (atLeastOne(option, value) > processors) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    option + " " + value + ": this process may use " + processors
                            + (processors == 1 ? " processor" : " processors") + "; give at most so many");
        }
        return value;
    }

    /** A number of threads, nothing for {@code auto}. @throws SelvedgeException BAD_OPTION when it is neither */
    static OptionalInt threads(String option, String value) {
        if (value.equals(AUTO)) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(atLeastOne(option, Integer.parseInt(value)));
        } catch (NumberFormatException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    option + " needs " + AUTO + " or a whole number of at least 1, got '" + value + "'");
        }
    }
}

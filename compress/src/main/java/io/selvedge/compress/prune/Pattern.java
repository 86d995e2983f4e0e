package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.regex.MatchResult;

/** Which weights are zero together. */
public sealed interface Pattern {
    /** Each for itself. */
    record Single() implements Pattern {}

    /** Of {@code of} neighbours along the input channels {@code keep} stay. */
    record Some(int keep, int of) implements Pattern {}

    /** Rectangles of so many output and input channels. */
    record Block(int outputs, int inputs) implements Pattern {}

    /**
     * {@code 2:4}, {@code block:4x1} (4 output by 1 input channel); without text each weight for itself.
     *
     * @throws SelvedgeException BAD_OPTION
     */
    static Pattern parse(String text) {
        if (text.isEmpty() || text.equals("none")) {
            return new Single();
        }
        java.util.regex.Matcher some =
                java.util.regex.Pattern.compile("(\\d{1,3}):(\\d{1,3})").matcher(text);
        if (some.matches() && number(some, 1) >= 1 && number(some, 1) < number(some, 2)) {
            return new Some(number(some, 1), number(some, 2));
        }
        java.util.regex.Matcher block =
                java.util.regex.Pattern.compile("block:(\\d{1,3})x(\\d{1,3})").matcher(text);
        if (block.matches() && number(block, 1) >= 1 && number(block, 2) >= 1) {
            return new Block(number(block, 1), number(block, 2));
        }
        throw new SelvedgeException(
                ErrorCode.BAD_OPTION,
                "--pattern " + text
                        + ": write 2:4 (2 of 4 neighbours stay) or block:4x1 (4 output by 1 input channel)");
    }

    private static int number(MatchResult match, int group) {
        return Integer.parseInt(match.group(group));
    }
}

package io.selvedge.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict reader of JSON (RFC 8259): no comments, no trailing commas, no duplicate names, at most 32 levels deep.
 * Objects become {@code Map}, arrays {@code List}, numbers {@code Long} or {@code Double}, and null is refused.
 */
final class Json {
    private static final int MAX_DEPTH = 32;
    /** So many fit a long. */
    private static final int LONG_DIGITS = 18;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException when {@code text} is no JSON, naming the position */
    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at < text.length()) {
            throw json.error("the end");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("at most " + MAX_DEPTH + " levels");
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        if (accept('}')) {
            return members;
        }
        do {
            skipSpace();
            String name = string();
            expect(':');
            if (members.put(name, value(depth + 1)) != null) {
                throw new IllegalArgumentException("'" + PartName.printable(name) + "' occurs twice in one object");
            }
        } while (accept(','));
        expect('}');
        return members;
    }

    private List<Object> array(int depth) {
        List<Object> elements = new ArrayList<>();
        expect('[');
        if (accept(']')) {
            return elements;
        }
        do {
            elements.add(value(depth + 1));
        } while (accept(','));
        expect(']');
        return elements;
    }

    private String string() {
        if (peek() != '"') {
            throw error("a string");
        }
        at++;
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw error("no control character in a string");
            }
            out.append(c == '\\' ? escape() : c);
        }
        at++;
        return out.toString();
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
                    throw error("four hexadecimal digits");
                }
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> throw error("an escape");
        };
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        int whole = digits.startsWith("-") ? 1 : 0;
        int end = afterDigits(digits, whole);
        if (!isNumber(digits, whole, end)) {
            at = start;
            throw error("a value");
        }
        if (end == digits.length() && end - whole <= LONG_DIGITS) {
            return Long.valueOf(digits);
        }
        return Double.valueOf(digits);
    }

    /**
     * {@code -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?}, whose whole digits go from {@code whole} to {@code end}; told without
     * regular expressions, whose first use is slow.
     */
    private static boolean isNumber(String text, int whole, int end) {
        boolean right = end > whole && (text.charAt(whole) != '0' || end == whole + 1);
        int i = end;
        if (right && i < text.length() && text.charAt(i) == '.') {
            int digits = i + 1;
            i = afterDigits(text, digits);
            right = i > digits;
        }
        if (right && i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            boolean signed = i + 1 < text.length() && "+-".indexOf(text.charAt(i + 1)) >= 0;
            int digits = i + (signed ? 2 : 1);
            i = afterDigits(text, digits);
            right = i > digits;
        }
        return right && i == text.length();
    }

    private static int afterDigits(String text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw error("a value");
        }
        at += word.length();
        return value;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw error("'" + c + "'");
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private char peek() {
        if (at >= text.length()) {
            throw error("more text");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException error(String needed) {
        String found = at < text.length() ? "'" + PartName.printable(text.substring(at, at + 1)) + "'" : "the end";
        return new IllegalArgumentException("at character " + at + " needed " + needed + ", found " + found);
    }
}

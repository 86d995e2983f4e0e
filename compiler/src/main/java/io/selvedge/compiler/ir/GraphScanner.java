package io.selvedge.compiler.ir;

/** Words and punctuation of one line. */
final class GraphScanner {
    private static final String PUNCTUATION = "()[]{},=\"";

    private final String line;
    private final int number;
    private int at;

    GraphScanner(String line, int number) {
        this.line = line;
        this.number = number;
    }

    boolean atEnd() {
        skipBlanks();
        return at == line.length();
    }

    boolean peek(String text) {
        skipBlanks();
        return line.startsWith(text, at);
    }

    /** Passes over a token if it is next; {@code _} only as a whole word. */
    boolean accept(String token) {
        boolean next = peek(token) && (!token.equals("_") || endsWord(at + 1));
        if (next) {
            at += token.length();
        }
        return next;
    }

    void expect(String token) {
        if (!accept(token)) {
            throw error("'" + token + "' is missing");
        }
    }

    /** A quoted text, or characters up to a blank or punctuation. */
    String word() {
        skipBlanks();
        if (at < line.length() && line.charAt(at) == '"') {
            return quoted();
        }
        int start = at;
        while (!endsWord(at)) {
            at++;
        }
        if (start == at) {
            throw error("a word is missing");
        }
        return line.substring(start, at);
    }

    /** A name and the colon behind it, which a bare name touches; without a colon the name alone. */
    String nameBeforeColon() {
        boolean isQuoted = peek("\"");
        String name = word();
        if (!isQuoted && name.endsWith(":")) {
            return name.substring(0, name.length() - 1);
        }
        if (isQuoted) {
            accept(":");
        }
        return name;
    }

    String rest() {
        skipBlanks();
        String rest = line.substring(at).trim();
        int end = 0;
        while (end < rest.length() && "},".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        at = line.indexOf(rest, at) + end;
        return rest.substring(0, end).trim();
    }

    /** Un-reads a bare word that was just read. */
    void back(String word) {
        at -= word.length();
    }

    IllegalArgumentException error(String what) {
        return new IllegalArgumentException("line " + number + ", column " + (at + 1) + ": " + what + ": " + line);
    }

    private String quoted() {
        StringBuilder text = new StringBuilder();
        at++;
        while (at < line.length() && line.charAt(at) != '"') {
            char c = line.charAt(at++);
            if (c == '\\' && at < line.length()) {
                c = line.charAt(at++);
                if (c == 'u') {
                    c = (char) Integer.parseInt(line.substring(at, at + 4), 16);
                    at += 4;
                }
            }
            text.append(c);
        }
        expect("\"");
        return text.toString();
    }

    private void skipBlanks() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
    }

    private boolean endsWord(int position) {
        return position >= line.length()
                || line.charAt(position) == ' '
                || PUNCTUATION.indexOf(line.charAt(position)) >= 0;
    }
}

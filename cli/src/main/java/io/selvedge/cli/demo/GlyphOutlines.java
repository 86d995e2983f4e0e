package io.selvedge.cli.demo;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * Outlines of Liberation Sans as it lies in the PDFBox jar. Java's own text drawing is avoided: it needs fontconfig, which
 * a bare machine does not have.
 */
final class GlyphOutlines {
    private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    /** Height of a capital letter and depth of a {@code g}, in ems. */
    static final double ASCENT = 0.74;

    static final double DESCENT = 0.21;

    private final TrueTypeFont font;
    private final CmapLookup glyphs;
    private final double unitsPerEm;

    private GlyphOutlines(TrueTypeFont font) throws IOException {
        this.font = font;
        this.glyphs = font.getUnicodeCmapLookup();
        this.unitsPerEm = font.getUnitsPerEm();
    }

    static GlyphOutlines load() {
        try (InputStream in = TrueTypeFont.class.getResourceAsStream(FONT)) {
            if (in == null) {
                throw new IllegalStateException(
                        FONT + " is not on the class path; it comes with org.apache.pdfbox:pdfbox");
            }
            return new GlyphOutlines(new TTFParser().parse(new RandomAccessReadBuffer(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Outline of a line of text in ems: baseline at y = 0, y downward, first glyph at x = 0.
     *
     * @param spacing added after every glyph, in ems
     * @param widthOfLine receives the advance of the whole line, in ems, at index 0
     */
    synchronized Path2D line(String text, double spacing, double[] widthOfLine) {
        Path2D line = new Path2D.Double(Path2D.WIND_NON_ZERO);
        double x = 0;
        try {
            for (int codePoint : text.codePoints().toArray()) {
                int glyph = glyphs.getGlyphId(codePoint);
                GlyphData data = font.getGlyph().getGlyph(glyph);
                if (data != null) {
                    double scale = 1 / unitsPerEm;
                    line.append(data.getPath().getPathIterator(new AffineTransform(scale, 0, 0, -scale, x, 0)), false);
                }
                x += font.getAdvanceWidth(glyph) / unitsPerEm + spacing;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        widthOfLine[0] = x - spacing;
        return line;
    }
}

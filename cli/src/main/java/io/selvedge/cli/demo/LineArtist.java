package io.selvedge.cli.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Draws one line as a text detector would cut it out: varied size, weight, width, slant, colours, shading and margins.
 * Only the seed decides; no transcendental function is used that could differ between machines.
 */
final class LineArtist {
    private final GlyphOutlines outlines;

    LineArtist(GlyphOutlines outlines) {
        this.outlines = outlines;
    }

    /** The line upright, without noise. */
    BufferedImage draw(String text, SplittableRandom random) {
        double em = between(random, 14, 64);
        double[] ems = new double[1];
        Path2D outline = outlines.line(text, between(random, -0.01, 0.06), ems);
        double stretch = between(random, 0.8, 1.15);
        // One line in three is italic; a crop is rarely turned by more than a degree or two.
        double slant = random.nextInt(3) == 0 ? between(random, 0.05, 0.25) : 0;
        double turn = between(random, -0.025, 0.025);
        double weight = random.nextInt(2) == 0 ? 0 : between(random, 0.01, 0.07);
        double left = (between(random, 0.05, 0.45) + slant * GlyphOutlines.DESCENT + weight / 2) * em;
        double right = (between(random, 0.05, 0.45) + weight / 2) * em;
        double top = (between(random, 0.04, 0.22) + weight / 2) * em;
        double bottom = (between(random, 0.02, 0.16) + weight / 2) * em;
        double lineWidth = (ems[0] * stretch + slant * GlyphOutlines.ASCENT) * em;
        double rise = Math.abs(turn) * lineWidth;
        int width = (int) Math.ceil(left + lineWidth + right);
        int height = (int) Math.ceil(top + (GlyphOutlines.ASCENT + GlyphOutlines.DESCENT) * em + bottom + rise);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        Color ink = background(graphics, width, height, random);
        double baseline = top + GlyphOutlines.ASCENT * em + (turn < 0 ? rise : 0);
        AffineTransform place = new AffineTransform(em * stretch, turn * em * stretch, -slant * em, em, left, baseline);
        graphics.setColor(ink);
        graphics.fill(place.createTransformedShape(outline));
        if (weight > 0) {
            graphics.setStroke(new BasicStroke((float) weight, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.fill(place.createTransformedShape(graphics.getStroke().createStrokedShape(outline)));
        }
        graphics.dispose();
        return image;
    }

    /** Paints paper, plain or shaded from side to side, and returns an ink that stands out from it. */
    private static Color background(Graphics2D graphics, int width, int height, SplittableRandom random) {
        boolean darkOnLight = random.nextInt(4) != 0;
        int[] paper = new int[3];
        int[] ink = new int[3];
        int paperGrey = darkOnLight ? 150 + random.nextInt(90) : 20 + random.nextInt(80);
        int inkGrey = darkOnLight ? random.nextInt(paperGrey - 90) : paperGrey + 90 + random.nextInt(166 - paperGrey);
        int paperTint = random.nextInt(2) * 25;
        int inkTint = random.nextInt(2) * 45;
        int[] shaded = new int[3];
        int shade = random.nextInt(2) == 0 ? 0 : random.nextInt(61) - 30;
        for (int c = 0; c < 3; c++) {
            paper[c] = byteOf(paperGrey + tint(random, paperTint));
            ink[c] = byteOf(inkGrey + tint(random, inkTint));
            shaded[c] = byteOf(paper[c] + shade);
        }
        Color from = new Color(paper[0], paper[1], paper[2]);
        Color to = new Color(shaded[0], shaded[1], shaded[2]);
        graphics.setPaint(new GradientPaint(0, 0, from, width, random.nextBoolean() ? height : 0, to));
        graphics.fillRect(0, 0, width, height);
        return new Color(ink[0], ink[1], ink[2]);
    }

    private static int tint(SplittableRandom random, int amount) {
        return random.nextInt(2 * amount + 1) - amount;
    }

    private static int byteOf(int value) {
        return Math.clamp(value, 0, 255);
    }

    static double between(SplittableRandom random, double low, double high) {
        return low + (high - low) * random.nextDouble();
    }
}

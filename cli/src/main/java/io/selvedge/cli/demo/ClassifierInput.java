package io.selvedge.cli.demo;

import java.awt.image.BufferedImage;

/**
 * PP-OCR's input for line direction: height 48 with the aspect kept, at most 192 wide (a longer line is squeezed), BGR
 * planes of {@code (x / 255 - 0.5) / 0.5}, the rest on the right 0. Bilinear with half-pixel centres, as OpenCV resizes.
 */
final class ClassifierInput {
    static final int HEIGHT = 48;
    static final int WIDTH = 192;

    private ClassifierInput() {}

    /** Grey levels of the resized line, [3, 48, width] in BGR order. */
    static byte[] levels(BufferedImage line) {
        int width = Math.min(WIDTH, Math.ceilDiv(HEIGHT * line.getWidth(), line.getHeight()));
        double scaleX = (double) line.getWidth() / width;
        double scaleY = (double) line.getHeight() / HEIGHT;
        byte[] levels = new byte[3 * HEIGHT * width];
        for (int y = 0; y < HEIGHT; y++) {
            double sourceY = Math.clamp((y + 0.5) * scaleY - 0.5, 0, line.getHeight() - 1);
            for (int x = 0; x < width; x++) {
                double sourceX = Math.clamp((x + 0.5) * scaleX - 0.5, 0, line.getWidth() - 1);
                for (int channel = 0; channel < 3; channel++) {
                    // Packed RGB has blue in its lowest byte, so rising shifts give BGR.
                    levels[(channel * HEIGHT + y) * width + x] =
                            (byte) Math.round(sample(line, sourceX, sourceY, 8 * channel));
                }
            }
        }
        return levels;
    }

    /** Values [1, 3, 48, 192] of {@link #levels}. */
    static float[] values(byte[] levels) {
        int width = levels.length / (3 * HEIGHT);
        float[] values = new float[3 * HEIGHT * WIDTH];
        for (int row = 0; row < 3 * HEIGHT; row++) {
            for (int x = 0; x < width; x++) {
                values[row * WIDTH + x] = ((levels[row * width + x] & 0xff) / 255f - 0.5f) / 0.5f;
            }
        }
        return values;
    }

    private static double sample(BufferedImage image, double x, double y, int shift) {
        int left = (int) x;
        int top = (int) y;
        int right = Math.min(left + 1, image.getWidth() - 1);
        int bottom = Math.min(top + 1, image.getHeight() - 1);
        double upper = mix(level(image, left, top, shift), level(image, right, top, shift), x - left);
        double lower = mix(level(image, left, bottom, shift), level(image, right, bottom, shift), x - left);
        return mix(upper, lower, y - top);
    }

    private static int level(BufferedImage image, int x, int y, int shift) {
        return image.getRGB(x, y) >> shift & 0xff;
    }

    private static double mix(double a, double b, double weight) {
        return a + (b - a) * weight;
    }
}

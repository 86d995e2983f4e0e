package io.selvedge.cli.demo;

import static io.selvedge.cli.demo.LineArtist.between;

import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** What a cheap camera does to a line: lost contrast, blur, sensor noise. And the turn by 180 degrees. */
final class LineNoise {
    private LineNoise() {}

    /**
     * {@code y = blur(128 + (x - 128) * contrast + shift) + noise} per channel, contrast 0.4..0.9, shift -30..30, blur
     * sigma 1 to 4 per cent of the height, noise sigma 4..24 grey levels.
     */
    static BufferedImage degrade(BufferedImage image, SplittableRandom random) {
        int width = image.getWidth();
        int height = image.getHeight();
        double contrast = between(random, 0.4, 0.9);
        double shift = between(random, -30, 30);
        double blurSigma = between(random, 0.01, 0.04) * height;
        double noiseSigma = between(random, 4, 24);
        int[] packed = image.getRGB(0, 0, width, height, new int[width * height], 0, width);
        BufferedImage degraded = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] result = new int[packed.length];
        for (int channel = 0; channel < 24; channel += 8) {
            double[] plane = new double[packed.length];
            for (int i = 0; i < plane.length; i++) {
                plane[i] = 128 + ((packed[i] >> channel & 0xff) - 128) * contrast + shift;
            }
            double[] kernel = kernel(blurSigma);
            plane = blur(blur(plane, width, height, 1, kernel), width, height, width, kernel);
            for (int i = 0; i < plane.length; i++) {
                long value = Math.round(plane[i] + noiseSigma * bell(random));
                result[i] |= Math.clamp(value, 0, 255) << channel;
            }
        }
        degraded.setRGB(0, 0, width, height, result, 0, width);
        return degraded;
    }

    static BufferedImage turned(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage turned = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                turned.setRGB(width - 1 - x, height - 1 - y, image.getRGB(x, y));
            }
        }
        return turned;
    }

    /** Nearly normal with variance 1: four uniforms, exact on every machine. */
    private static double bell(SplittableRandom random) {
        double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() + random.nextDouble() - 2;
        return sum * Math.sqrt(3);
    }

    private static double[] kernel(double sigma) {
        int radius = (int) Math.ceil(3 * sigma);
        double[] kernel = new double[2 * radius + 1];
        double sum = 0;
        for (int i = 0; i < kernel.length; i++) {
            double distance = (i - radius) / sigma;
            kernel[i] = StrictMath.exp(-distance * distance / 2);
            sum += kernel[i];
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] /= sum;
        }
        return kernel;
    }

    /** One direction of a Gaussian blur with clamped edges; {@code stride} 1 runs along rows, the width along columns. */
    private static double[] blur(double[] plane, int width, int height, int stride, double[] kernel) {
        int length = stride == 1 ? width : height;
        double[] result = new double[plane.length];
        for (int i = 0; i < plane.length; i++) {
            int at = stride == 1 ? i % width : i / width;
            int start = i - at * stride;
            double sum = 0;
            for (int k = 0; k < kernel.length; k++) {
                int from = Math.clamp(at + k - kernel.length / 2, 0, length - 1);
                sum += kernel[k] * plane[start + from * stride];
            }
            result[i] = sum;
        }
        return result;
    }
}

package io.selvedge.compiler.image;

import java.util.Optional;

/**
 * Portable grey maps and pixel maps, binary ({@code P5}, {@code P6}) with one byte a sample, which Java does not read.
 *
 * @see <a href="https://netpbm.sourceforge.net/doc/pnm.html">Netpbm formats</a>
 */
final class PnmImage {
    private final byte[] file;
    private int at = 2;

    private PnmImage(byte[] file) {
        this.file = file;
    }

    static boolean isPnm(byte[] file) {
        return file.length > 2 && file[0] == 'P' && (file[1] == '5' || file[1] == '6');
    }

    /** Pixels in the wanted order; empty when the file is cut off or has samples of two bytes.
     *  @throws IllegalArgumentException when a number of its header is none */
    static Optional<ImageFile.Pixels> read(byte[] file, Colour colour) {
        PnmImage image = new PnmImage(file);
        int channels = file[1] == '6' ? 3 : 1;
        int width = image.number();
        int height = image.number();
        int largest = image.number();
        int start = image.at + 1;
        long samples = (long) width * height * channels;
        if (largest > 255 || samples > file.length - start) {
            return Optional.empty();
        }
        byte[] bytes = new byte[width * height * colour.channels()];
        for (int i = 0; i < width * height; i++) {
            int[] rgb = new int[3];
            for (int c = 0; c < 3; c++) {
                int sample = file[start + i * channels + c % channels] & 0xff;
                rgb[c] = (sample * 255 + largest / 2) / largest;
            }
            ImageFile.store(bytes, i * colour.channels(), colour, rgb[0], rgb[1], rgb[2]);
        }
        return Optional.of(new ImageFile.Pixels(bytes, height, width));
    }

    /** The next positive number of the header, behind blanks and comments. */
    private int number() {
        while (at < file.length && (Character.isWhitespace(file[at]) || file[at] == '#')) {
            if (file[at] == '#') {
                while (at < file.length && file[at] != '\n') {
                    at++;
                }
            } else {
                at++;
            }
        }
        int value = 0;
        while (at < file.length && Character.isDigit(file[at]) && value < 1 << 24) {
            value = value * 10 + file[at++] - '0';
        }
        if (value == 0) {
            throw new IllegalArgumentException("a number of the header is missing or 0");
        }
        return value;
    }
}

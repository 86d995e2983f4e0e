package io.selvedge.compiler.image;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Image files to interleaved bytes. Stored samples are taken as they are: colour profiles, alpha and EXIF orientation are
 * ignored, as training pipelines mostly do.
 */
public final class ImageFile {
    /** Refused before the pixels are allocated. */
    public static final int MAX_PIXELS = 64 << 20;

    private static final Pattern TRUNCATED =
            Pattern.compile("premature|truncated|missing eoi", Pattern.CASE_INSENSITIVE);

    /** Pixels row by row, {@code channels} bytes each, in the wanted colour order. */
    public record Pixels(byte[] bytes, int height, int width) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private ImageFile() {}

    /**
     * All pixels of an image.
     *
     * @throws SelvedgeException BAD_DATA when the file is damaged, truncated, too large or of an unknown format
     */
    public static Pixels decode(String name, byte[] file, Colour colour) {
        if (PnmImage.isPnm(file)) {
            try {
                return PnmImage.read(file, colour).orElseThrow(() -> bad(name, "is truncated"));
            } catch (IllegalArgumentException e) {
                throw bad(name, "cannot be decoded: " + e.getMessage());
            }
        }
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw bad(name, "is not an image of a known format (JPEG, PNG, BMP, GIF, TIFF, PNM)");
            }
            ImageReader reader = readers.next();
            try {
                return decode(name, reader, in, colour);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw bad(name, "cannot be decoded: " + e.getMessage());
        }
    }

    private static Pixels decode(String name, ImageReader reader, ImageInputStream in, Colour colour)
            throws IOException {
        boolean[] truncated = {false};
        // The JPEG reader fills what is missing with grey and only warns.
        reader.addIIOReadWarningListener(
                (source, warning) -> truncated[0] |= TRUNCATED.matcher(warning).find());
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
            throw bad(name, "has " + pixels + " pixels; at most " + MAX_PIXELS + " are read");
        }
        BufferedImage image = reader.read(0);
        if (truncated[0]) {
            throw bad(name, "is truncated");
        }
        return new Pixels(interleaved(image, colour), image.getHeight(), image.getWidth());
    }

    private static SelvedgeException bad(String name, String problem) {
        return new SelvedgeException(ErrorCode.BAD_DATA, "Image '" + name + "' " + problem + "; replace or remove it.");
    }

    private static byte[] interleaved(BufferedImage image, Colour colour) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] bytes = new byte[width * height * colour.channels()];
        boolean direct = isEightBitComponents(image);
        int bands = image.getRaster().getNumBands();
        int[] row = new int[width * Math.max(bands, 4)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // Grey converted through Java's colour spaces would change its gamma, hence the raster.
                if (x == 0 && direct) {
                    image.getRaster().getPixels(0, y, width, 1, row);
                } else if (x == 0) {
                    unpack(image, y, row);
                }
                int step = direct ? bands : 3;
                int red = row[x * step];
                int green = step < 3 ? red : row[x * step + 1];
                int blue = step < 3 ? red : row[x * step + 2];
                store(bytes, (y * width + x) * colour.channels(), colour, red, green, blue);
            }
        }
        return bytes;
    }

    private static boolean isEightBitComponents(BufferedImage image) {
        ColorModel model = image.getColorModel();
        int type = model.getColorSpace().getType();
        return model instanceof ComponentColorModel
                && (type == ColorSpace.TYPE_RGB || type == ColorSpace.TYPE_GRAY)
                && image.getRaster().getTransferType() == DataBuffer.TYPE_BYTE;
    }

    private static void unpack(BufferedImage image, int y, int[] row) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        boolean wideGrey = raster.getTransferType() == DataBuffer.TYPE_USHORT && raster.getNumBands() < 3;
        for (int x = 0; x < width; x++) {
            int rgb = wideGrey ? (raster.getSample(x, y, 0) >> 8) * 0x010101 : image.getRGB(x, y);
            row[x * 3] = rgb >> 16 & 0xff;
            row[x * 3 + 1] = rgb >> 8 & 0xff;
            row[x * 3 + 2] = rgb & 0xff;
        }
    }

    static void store(byte[] bytes, int at, Colour colour, int red, int green, int blue) {
        switch (colour) {
            case RGB -> {
                bytes[at] = (byte) red;
                bytes[at + 1] = (byte) green;
                bytes[at + 2] = (byte) blue;
            }
            case BGR -> {
                bytes[at] = (byte) blue;
                bytes[at + 1] = (byte) green;
                bytes[at + 2] = (byte) red;
            }
            // ITU-R BT.601 luma in 16-bit fixed point, as libjpeg and PIL compute it.
            case GRAY -> bytes[at] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
        }
    }

    /**
     * Bilinear with half-pixel centres and clamped edges, rounded to bytes; no low-pass filter when shrinking (as
     * OpenCV's INTER_LINEAR and ONNX Resize {@code linear, half_pixel}).
     */
    public static Pixels resize(Pixels from, int channels, int height, int width) {
        if (from.height() == height && from.width() == width) {
            return from;
        }
        byte[] to = new byte[height * width * channels];
        double scaleY = (double) from.height() / height;
        double scaleX = (double) from.width() / width;
        for (int y = 0; y < height; y++) {
            double sourceY = Math.clamp((y + 0.5) * scaleY - 0.5, 0, from.height() - 1);
            int top = (int) sourceY;
            int bottom = Math.min(top + 1, from.height() - 1);
            for (int x = 0; x < width; x++) {
                double sourceX = Math.clamp((x + 0.5) * scaleX - 0.5, 0, from.width() - 1);
                int left = (int) sourceX;
                int right = Math.min(left + 1, from.width() - 1);
                for (int c = 0; c < channels; c++) {
                    double upper = mix(from, channels, top, left, right, c, sourceX - left);
                    double lower = mix(from, channels, bottom, left, right, c, sourceX - left);
                    to[(y * width + x) * channels + c] = (byte) Math.round(upper + (lower - upper) * (sourceY - top));
                }
            }
        }
        return new Pixels(to, height, width);
    }

    private static double mix(Pixels from, int channels, int y, int left, int right, int c, double weight) {
        int a = from.bytes()[(y * from.width() + left) * channels + c] & 0xff;
        int b = from.bytes()[(y * from.width() + right) * channels + c] & 0xff;
        return a + (b - a) * weight;
    }
}

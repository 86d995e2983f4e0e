package io.selvedge.testkit.data;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/**
 * MNIST's test images, which lie in IDX files, as PNG in folders by class, as its training images do.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">IDX: magic number, extents, then bytes, big-endian</a>
 */
final class MnistSamples {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    private MnistSamples() {}

    static void write(Path folder, Path zip) throws IOException {
        try (DataInputStream images = open(folder.resolve("t10k-images-idx3-ubyte.gz"), IMAGES);
                DataInputStream labels = open(folder.resolve("t10k-labels-idx1-ubyte.gz"), LABELS)) {
            int count = images.readInt();
            int height = images.readInt();
            int width = images.readInt();
            if (labels.readInt() != count) {
                throw new IOException("'" + folder + "' has another number of labels than of images");
            }
            Files.createDirectories(zip.toAbsolutePath().getParent());
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
                for (int i = 0; i < count; i++) {
                    byte[] pixels = images.readNBytes(height * width);
                    // Its time is constant, so that equal images are an equal file.
                    ZipEntry entry = new ZipEntry("%d/%05d.png".formatted(labels.readUnsignedByte(), i));
                    entry.setTime(0);
                    out.putNextEntry(entry);
                    ImageIO.write(image(pixels, height, width), "png", out);
                }
            }
        }
    }

    private static BufferedImage image(byte[] pixels, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, width, height, pixels);
        return image;
    }

    private static DataInputStream open(Path file, int magic) throws IOException {
        InputStream bytes = new GZIPInputStream(Files.newInputStream(file));
        DataInputStream data = new DataInputStream(new BufferedInputStream(bytes));
        if (data.readInt() != magic) {
            data.close();
            throw new IOException("'" + file + "' is not the IDX file that its name says");
        }
        return data;
    }
}

package io.selvedge.cli.demo;

import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** Texts as they stand on signs, forms and receipts: words, amounts, dates, codes. */
final class LineTexts {
    private static final String[] WORDS = """
            account address always answer autumn battery before between bridge building cabinet camera carbon centre
            change church clear coffee common company control copper corner country course current customer danger
            delivery design device different distance doctor double early earth edge electric empty engine entrance
            evening example exit express factory family filter fire first flight floor forest fresh friday garden
            general glass gold green ground handle harbour health heavy height history hotel hundred important index
            industry information island january journal keep kitchen language large leather level library light
            limited listen little lower machine main manual market material measure memory metal middle minute model
            monday morning mountain museum nature network night north notice number october office open orange order
            original output packet paper parking passage people phone place plastic please point police power present
            pressure price private process product public quality question quick radio railway reading receipt region
            remove report reserve return river school science second section service seven shop signal silver simple
            south special speed spring square station steel street summer supply switch system table telephone
            temperature theatre thursday ticket today total tower traffic train transport travel tunnel under
            university upper urgent value valve version village voltage warning washing water weight west window
            winter wireless without wonder world yellow yesterday young zone""".split("\\s+");

    private static final String[] UNITS = {"kg", "mm", "V", "Hz", "km", "ml", "EUR", "USD", "%", "min"};

    /** Characters that still read as characters upside down: a line of these alone has no exact label. */
    private static final Pattern READS_BOTH_WAYS = Pattern.compile("[0689oOxXsSzZHINlnudpqbmwMW .,:/+-]*");

    private LineTexts() {}

    /** A text that is not in {@code taken} and that has one way up; it is added to {@code taken}. */
    static String draw(SplittableRandom random, Set<String> taken) {
        while (true) {
            String text = candidate(random);
            if (text.length() >= 3
                    && !READS_BOTH_WAYS.matcher(text).matches()
                    && taken.add(text.toLowerCase(Locale.ROOT))) {
                return text;
            }
        }
    }

    private static String candidate(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> amount(random);
            case 1 -> date(random);
            case 2 -> code(random);
            case 3 -> cased(random, word(random)) + " " + (1 + random.nextInt(999));
            default -> words(random);
        };
    }

    private static String words(SplittableRandom random) {
        // Mostly short: a line that fills more than four times its height is squeezed by the classifier's input.
        int bound = 1 + random.nextInt(4);
        int count = 1 + random.nextInt(bound);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(word(random));
        }
        return cased(random, text.toString()) + (random.nextInt(8) == 0 ? ".:!?".charAt(random.nextInt(4)) : "");
    }

    private static String word(SplittableRandom random) {
        return WORDS[random.nextInt(WORDS.length)];
    }

    private static String cased(SplittableRandom random, String text) {
        return switch (random.nextInt(3)) {
            case 0 -> text;
            case 1 -> text.toUpperCase(Locale.ROOT);
            default -> Character.toUpperCase(text.charAt(0)) + text.substring(1);
        };
    }

    private static String amount(SplittableRandom random) {
        String number = random.nextInt(2000) + "." + digit(random) + digit(random);
        return number + " " + UNITS[random.nextInt(UNITS.length)];
    }

    private static String date(SplittableRandom random) {
        String day = twoDigits(1 + random.nextInt(28));
        String month = twoDigits(1 + random.nextInt(12));
        int year = 1990 + random.nextInt(40);
        return random.nextBoolean() ? day + "." + month + "." + year : year + "-" + month + "-" + day;
    }

    private static String code(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            text.append((char) ('A' + random.nextInt(26)));
        }
        text.append('-');
        for (int i = 0; i < 3 + random.nextInt(3); i++) {
            text.append(digit(random));
        }
        return text.toString();
    }

    private static String twoDigits(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    private static int digit(SplittableRandom random) {
        return random.nextInt(10);
    }
}

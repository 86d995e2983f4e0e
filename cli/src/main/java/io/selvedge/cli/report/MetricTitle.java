package io.selvedge.cli.report;

/** How a metric is called where people read it. */
final class MetricTitle {
    private MetricTitle() {}

    static String of(String metric) {
        return switch (metric) {
            case "top1" -> "top-1 accuracy";
            case "top5" -> "top-5 accuracy";
            case "mse" -> "mean squared error";
            case "auc" -> "area under the curve";
            case "agreement" -> "agreement with the original";
            case "none" -> "accuracy";
            default -> metric;
        };
    }

    /** With a capital, for headings. */
    static String heading(String metric) {
        String title = of(metric);
        return Character.toUpperCase(title.charAt(0)) + title.substring(1);
    }
}

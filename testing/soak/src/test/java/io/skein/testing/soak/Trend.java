package io.skein.testing.soak;

import io.skein.testing.soak.Sample.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether something grows: the medians of the second and of the last quarter of the time are
 * compared. The first quarter is for warming up; a median does not mind a sample that was taken in
 * the middle of something.
 */
final class Trend {
  private final String process;
  private final List<Sample> samples;

  Trend(String process, List<Sample> samples) {
    if (samples.size() < 8) {
      throw new AssertionError("only " + samples.size() + " samples of the " + process);
    }
    this.process = process;
    this.samples = samples;
  }

  /** One sentence for each thing that has grown. */
  List<String> growth() {
    List<String> grown = new ArrayList<>();
    for (What what : What.values()) {
      double before = median(what, 1);
      double after = median(what, 3);
      if (after > limit(what, before)) {
        grown.add(
            String.format(
                Locale.ROOT,
                "%s of the %s grew from %.1f to %.1f; up to %.1f is allowed",
                what.text,
                process,
                before,
                after,
                limit(what, before)));
      }
    }
    return grown;
  }

  private static double limit(What what, double before) {
    return before * (1 + what.share) + what.more;
  }

  private double median(What what, int quarter) {
    int from = samples.size() * quarter / 4;
    int to = samples.size() * (quarter + 1) / 4;
    double[] values =
        samples.subList(from, to).stream()
            .mapToDouble(s -> s.values().get(what))
            .sorted()
            .toArray();
    return values.length % 2 == 1
        ? values[values.length / 2]
        : (values[values.length / 2 - 1] + values[values.length / 2]) / 2;
  }

  String table() {
    StringBuilder table = new StringBuilder();
    table.append(String.format(Locale.ROOT, "%-12s", "minute"));
    for (What what : What.values()) {
      table.append(String.format(Locale.ROOT, "%14s", what.text));
    }
    int step = Math.max(1, samples.size() / 16);
    for (int i = 0; i < samples.size(); i += step) {
      Sample sample = samples.get(i);
      row(
          table,
          String.format(Locale.ROOT, "%.1f", sample.minute()),
          what -> sample.values().get(what));
    }
    row(table, "2nd quarter", what -> median(what, 1));
    row(table, "last quarter", what -> median(what, 3));
    row(table, "allowed", what -> limit(what, median(what, 1)));
    return process + "\n" + table + "\n";
  }

  private static void row(
      StringBuilder table, String name, java.util.function.ToDoubleFunction<What> value) {
    table.append(String.format(Locale.ROOT, "%n%-12s", name));
    for (What what : What.values()) {
      double number = value.applyAsDouble(what);
      table.append(
          String.format(Locale.ROOT, what.text.endsWith("MB") ? "%14.1f" : "%14.0f", number));
    }
  }
}

package io.skein.demo.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Adds up the shop's journal. Slower than it has to be; no span of a trace shows why, a flame graph
 * does.
 */
final class SalesReport {
  private static final int MONTHS = 12;
  private static final int LINES = MONTHS * 5_000;
  private static final List<String> ACCOUNTS = List.of("goods", "postage", "tax", "voucher");

  private final List<String> journal = journal();

  /** Date, order, account and amount of each booking, as the till writes them. */
  private static List<String> journal() {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(LINES);
    for (int i = 0; i < LINES; i++) {
      lines.add(
          String.format(
              "2026-%02d-%02d;O-%06d;%s;%d.%02d",
              1 + random.nextInt(12),
              1 + random.nextInt(28),
              i,
              ACCOUNTS.get(random.nextInt(ACCOUNTS.size())),
              random.nextInt(200),
              random.nextInt(100)));
    }
    return lines;
  }

  /** Of a month mostly; one in twelve is of the year. */
  Map<String, Object> of(String report) {
    int month = Math.floorMod(report.hashCode(), MONTHS);
    List<String> lines =
        month == 0
            ? journal
            : journal.subList(month * LINES / MONTHS, (month + 1) * LINES / MONTHS);
    long cents = 0;
    int bookings = 0;
    for (String line : lines) {
      if (isRevenue(line)) {
        cents += cents(line);
        bookings++;
      }
    }
    return Map.of("report", report, "bookings", bookings, "cents", cents);
  }

  /** Compiles the pattern again for each line. */
  private static boolean isRevenue(String line) {
    return line.matches("\\d{4}-\\d{2}-\\d{2};O-\\d+;(goods|postage);\\d+\\.\\d{2}");
  }

  private static long cents(String line) {
    String amount = line.substring(line.lastIndexOf(';') + 1);
    return Long.parseLong(amount.replace(".", ""));
  }
}

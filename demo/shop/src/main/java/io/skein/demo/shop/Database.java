package io.skein.demo.shop;

/** Called from SQL: see {@code payment.sql}. */
public final class Database {
  private Database() {}

  public static int waitMillis(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }
}

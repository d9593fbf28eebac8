package io.skein.demo.shop;

/** Which article an order or basket is about: its number decides, so that a run can be repeated. */
final class Articles {
  /** As many as {@code inventory.sql} puts on the shelf. */
  private static final int COUNT = 12;

  private Articles() {}

  static String of(String order, int position) {
    return "a" + (Math.floorMod(order.hashCode() + position, COUNT) + 1);
  }
}

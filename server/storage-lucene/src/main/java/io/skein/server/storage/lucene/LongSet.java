package io.skein.server.storage.lucene;

/**
 * A set of numbers by open addressing: the ids of a partition that is being written. For one
 * thread.
 */
final class LongSet {
  private long[] table = new long[1024];
  private int size;
  // 0 marks a free place, so it is kept apart.
  private boolean hasZero;

  boolean add(long value) {
    if (value == 0) {
      boolean added = !hasZero;
      hasZero = true;
      return added;
    }
    int place = place(value);
    if (table[place] == value) {
      return false;
    }
    table[place] = value;
    if (++size * 2 > table.length) {
      grow();
    }
    return true;
  }

  boolean contains(long value) {
    return value == 0 ? hasZero : table[place(value)] == value;
  }

  int size() {
    return hasZero ? size + 1 : size;
  }

  private int place(long value) {
    int place = (int) (value ^ value >>> 32) & (table.length - 1);
    while (table[place] != 0 && table[place] != value) {
      place = (place + 1) & (table.length - 1);
    }
    return place;
  }

  private void grow() {
    long[] before = table;
    table = new long[before.length * 2];
    for (long value : before) {
      if (value != 0) {
        table[place(value)] = value;
      }
    }
  }
}

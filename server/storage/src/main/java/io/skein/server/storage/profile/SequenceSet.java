package io.skein.server.storage.profile;

import java.util.Arrays;

/**
 * Which numbers of a sequence are there: honest ones are a single run from 0, so runs are what is
 * kept. For one thread at a time.
 */
final class SequenceSet {
  // Pairs of first and last, both inclusive, rising; runs never touch each other.
  private int[] bounds = new int[2];
  private int length;
  private long size;

  /** Adds a number from 0 on; false when it is there already. */
  boolean add(int number) {
    // The usual one comes right behind the last.
    if (length > 0 && bounds[length - 1] == number - 1) {
      bounds[length - 1] = number;
      size++;
      return true;
    }
    int run = runEndingAtOrAfter(number);
    if (run < length && bounds[run] <= number) {
      return false;
    }
    boolean touchesLower = run > 0 && bounds[run - 1] == number - 1;
    boolean touchesUpper = run < length && bounds[run] == number + 1;
    if (touchesLower && touchesUpper) {
      bounds[run - 1] = bounds[run + 1];
      System.arraycopy(bounds, run + 2, bounds, run, length - run - 2);
      length -= 2;
    } else if (touchesLower) {
      bounds[run - 1] = number;
    } else if (touchesUpper) {
      bounds[run] = number;
    } else {
      insert(run, number, number);
    }
    size++;
    return true;
  }

  private void insert(int at, int first, int last) {
    if (length == bounds.length) {
      bounds = Arrays.copyOf(bounds, length * 2);
    }
    System.arraycopy(bounds, at, bounds, at + 2, length - at);
    bounds[at] = first;
    bounds[at + 1] = last;
    length += 2;
  }

  /**
   * The index of the first of the run that ends at or after a number; the length when none does.
   */
  private int runEndingAtOrAfter(int number) {
    int low = 0;
    int high = length / 2;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bounds[2 * middle + 1] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return 2 * low;
  }

  boolean contains(int number) {
    int run = runEndingAtOrAfter(number);
    return run < length && bounds[run] <= number;
  }

  /** Adds a whole run behind all others; false when it is not behind them. */
  boolean addRun(int first, int last) {
    if (first < 0 || last < first || (length > 0 && (long) bounds[length - 1] + 1 >= first)) {
      return false;
    }
    insert(length, first, last);
    size += (long) last - first + 1;
    return true;
  }

  void addAll(SequenceSet other) {
    for (int i = 0; i < other.length; i += 2) {
      if (!addRun(other.bounds[i], other.bounds[i + 1])) {
        for (long number = other.bounds[i]; number <= other.bounds[i + 1]; number++) {
          add((int) number);
        }
      }
    }
  }

  int runs() {
    return length / 2;
  }

  int firstOf(int run) {
    return bounds[2 * run];
  }

  int lastOf(int run) {
    return bounds[2 * run + 1];
  }

  /** How many numbers there are. */
  long size() {
    return size;
  }

  int bytes() {
    return 4 * bounds.length;
  }
}

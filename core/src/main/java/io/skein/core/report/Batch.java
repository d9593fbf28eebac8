package io.skein.core.report;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Encoded segments, one after the other in one array, and where each ends. Those at the front leave
 * when they are delivered or dropped. Single-threaded.
 *
 * <p>A batch keeps its array when it is emptied, unless it is far larger than what came lately: one
 * giant segment must not cost its memory for the rest of the process' life. Nor may a busy process
 * make and fill a new array, and all those on the way to its size, for each batch.
 */
final class Batch {

  /** So much is kept in any case. */
  private static final int LEAST_KEPT = 256 * 1024;

  /** An array this many times as large as what came lately is given back. */
  private static final int FAR = 4;

  private final int maxBytes;
  private final int maxSegments;
  private byte[] bytes = new byte[0];
  private int[] ends = new int[64];
  private int[] spans = new int[64];
  private int first;
  private int count;

  /** The size of the batches that came lately: the largest, an eighth less with each after it. */
  private int lately;

  Batch(int maxBytes, int maxSegments) {
    this.maxBytes = maxBytes;
    this.maxSegments = maxSegments;
  }

  /** Says whether a message of this size should wait for the next batch. An empty one takes any. */
  boolean hasRoomFor(int length) {
    return count == first || (count < maxSegments && end() + length <= maxBytes);
  }

  void add(byte[] source, int length, int spanCount) {
    add(source, 0, length, spanCount);
  }

  void add(byte[] source, int from, int length, int spanCount) {
    if (first == count) {
      clear();
    }
    int end = end();
    if (bytes.length < end + length) {
      bytes = Arrays.copyOf(bytes, Math.max(end + length, Math.max(4096, bytes.length * 2)));
    }
    System.arraycopy(source, from, bytes, end, length);
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
      spans = Arrays.copyOf(spans, count * 2);
    }
    ends[count] = end + length;
    spans[count] = spanCount;
    count++;
  }

  int size() {
    return count - first;
  }

  boolean isEmpty() {
    return count == first;
  }

  /** Returns the bytes of the first messages. */
  ByteBuffer firstMessages(int messages) {
    int from = start();
    return ByteBuffer.wrap(bytes, from, ends[first + messages - 1] - from).asReadOnlyBuffer();
  }

  /** Returns how many bytes the first messages have. */
  int bytesOfFirst(int messages) {
    return messages == 0 ? 0 : ends[first + messages - 1] - start();
  }

  /** Returns how many of the first messages lie wholly within so many bytes. */
  int messagesWithin(long length, int messages) {
    int within = 0;
    while (within < messages && bytesOfFirst(within + 1) <= length) {
      within++;
    }
    return within;
  }

  /** Returns the array that the messages are in. */
  byte[] array() {
    return bytes;
  }

  /** Returns where a message begins. */
  int startOf(int message) {
    return first + message == 0 ? 0 : ends[first + message - 1];
  }

  int lengthOf(int message) {
    return ends[first + message] - startOf(message);
  }

  int spansOf(int message) {
    return spans[first + message];
  }

  long spansOfFirst(int messages) {
    long sum = 0;
    for (int i = first; i < first + messages; i++) {
      sum += spans[i];
    }
    return sum;
  }

  void removeFirst(int messages) {
    first += messages;
    if (first == count) {
      clear();
    }
  }

  private void clear() {
    if (count > 0) {
      lately = Math.max(end(), lately - lately / 8);
    }
    first = 0;
    count = 0;
    if (bytes.length > LEAST_KEPT && bytes.length / FAR > lately) {
      bytes = new byte[0];
    }
  }

  private int start() {
    return first == 0 ? 0 : ends[first - 1];
  }

  private int end() {
    return count == 0 ? 0 : ends[count - 1];
  }
}

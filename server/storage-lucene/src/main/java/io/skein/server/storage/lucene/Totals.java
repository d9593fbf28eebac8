package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import io.skein.server.storage.InstanceKey;
import io.skein.server.storage.InstanceTotals;
import io.skein.server.storage.SegmentFacts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much a partition has of each instance. It is kept in the commits of the index, so that it
 * always fits what the commit contains. One thread adds; any thread reads.
 */
final class Totals {
  /**
   * How many characters all names together may have. Honest ones are far below; but a segment of a
   * hundred bytes on the disk can have a name of thousands, and all of these are held in memory.
   */
  static final long MAX_CHARACTERS = 2L << 20;

  private static final InstanceKey OTHERS = new InstanceKey(AccountBook.OTHERS, AccountBook.OTHERS);

  private final ConcurrentHashMap<InstanceKey, InstanceTotals> byInstance =
      new ConcurrentHashMap<>();
  private long firstMillis = Long.MAX_VALUE;
  private long lastMillis = Long.MIN_VALUE;
  private long segments;
  private long characters;

  void add(SegmentFacts facts) {
    add(known(facts.service(), facts.instance(), true), InstanceTotals.of(facts));
  }

  /** The key of an instance, or that of all for whom there is no room. */
  private synchronized InstanceKey known(String service, String instance, boolean may) {
    InstanceKey key = new InstanceKey(service, instance);
    if (byInstance.containsKey(key)) {
      return key;
    }
    long name = (long) service.length() + instance.length();
    if (!may || characters + name > MAX_CHARACTERS) {
      return OTHERS;
    }
    characters += name;
    return key;
  }

  /** A segment has grown. */
  void replace(SegmentFacts before, SegmentFacts now) {
    InstanceTotals less = InstanceTotals.of(before);
    InstanceTotals more = InstanceTotals.of(now);
    add(
        known(now.service(), now.instance(), false),
        new InstanceTotals(
            0,
            more.spans() - less.spans(),
            more.errors() - less.errors(),
            more.firstMillis(),
            more.lastMillis()));
  }

  private synchronized void add(InstanceKey key, InstanceTotals more) {
    byInstance.merge(key, more, InstanceTotals::plus);
    firstMillis = Math.min(firstMillis, more.firstMillis());
    lastMillis = Math.max(lastMillis, more.lastMillis());
    segments += more.segments();
  }

  Map<InstanceKey, InstanceTotals> byInstance() {
    return byInstance;
  }

  synchronized long segments() {
    return segments;
  }

  /** Whether any segment may start in that time. */
  synchronized boolean overlaps(long fromMillis, long toMillis) {
    return firstMillis <= toMillis && lastMillis >= fromMillis;
  }

  /**
   * Number of instances (4), then for each: service, instance (length 4 and UTF-8), five numbers (8
   * each).
   */
  String encoded() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      Map<InstanceKey, InstanceTotals> entries = Map.copyOf(byInstance);
      out.writeInt(entries.size());
      for (Map.Entry<InstanceKey, InstanceTotals> entry : entries.entrySet()) {
        write(out, entry.getKey().service());
        write(out, entry.getKey().instance());
        InstanceTotals totals = entry.getValue();
        out.writeLong(totals.segments());
        out.writeLong(totals.spans());
        out.writeLong(totals.errors());
        out.writeLong(totals.firstMillis());
        out.writeLong(totals.lastMillis());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  static Totals decoded(String text) throws IOException {
    Totals totals = new Totals();
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("the totals in the index are damaged", e);
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      for (int i = in.readInt(); i > 0; i--) {
        InstanceKey key = totals.known(read(in), read(in), true);
        totals.add(
            key,
            new InstanceTotals(
                in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong()));
      }
    }
    return totals;
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("a text of " + length + " bytes");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}

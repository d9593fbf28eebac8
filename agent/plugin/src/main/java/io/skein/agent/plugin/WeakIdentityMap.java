package io.skein.agent.plugin;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Remembers something about objects of the application without keeping them alive and without
 * adding a field to their class: the trace a task was handed over with, the SQL a statement was
 * prepared from.
 *
 * <p><b>Why not a WeakHashMap.</b> Keys are compared by identity (a task may well have an {@code
 * equals} that throws, blocks or says yes too often), and one key may hold several values in the
 * order in which they were added, because the same object can wait in a queue twice.
 *
 * <p><b>Why not ConcurrentHashMap.</b> This map is used inside the JDK's own executors. It calls
 * nothing but {@link System#identityHashCode}, {@link WeakReference} and a counter, so that it
 * cannot come back to the class that is being woven. Each of its stripes is a small chained table
 * under its own lock, which is held for a few memory accesses and never while foreign code runs:
 * neither a deadlock nor a pinned virtual thread can come of it.
 *
 * <p><b>Bounded.</b> Above the limit an addition is refused and says so. Keys that were collected
 * are swept by the additions of their stripe, so a map that is no longer used holds at most what it
 * held then.
 *
 * <p>Safe for use by several threads. A value must not refer to its key.
 */
public final class WeakIdentityMap<K, V> {
  private static final int STRIPES = 32; // a power of two: the low bits of the hash choose
  private static final int FIRST_TABLE = 8; // a power of two, for each stripe

  private final Stripe<V>[] stripes;
  private final AtomicInteger size = new AtomicInteger();
  private final int limit;

  /**
   * @param limit how many values are held at most, over all keys
   */
  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // an array of a generic type cannot be made otherwise
  public WeakIdentityMap(int limit) {
    this.limit = limit;
    stripes = new Stripe[STRIPES];
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe<>(size);
    }
  }

  /**
   * Says without a lock, and without making the JVM compute an identity hash, whether there is
   * nothing to look up. A value that another thread is adding at this moment may be missed; one
   * that was added before the key was handed to this thread is not.
   */
  public boolean isEmpty() {
    return size.get() == 0;
  }

  /** How many values are held, those of collected keys included until they are swept. */
  public int size() {
    return size.get();
  }

  /**
   * Adds a value behind those the key already has.
   *
   * @return false when the map is full and the value was not added
   */
  public boolean add(K key, V value) {
    int hash = hash(key);
    return stripe(hash).add(key, hash, value, limit);
  }

  /**
   * Makes this the only value of the key.
   *
   * @return false when the map is full and the value was not added
   */
  public boolean put(K key, V value) {
    int hash = hash(key);
    return stripe(hash).put(key, hash, value, limit) != null;
  }

  /**
   * The same as {@link #put}, for one who will not have the key when the value is to go.
   *
   * @return what {@link #release} takes, which does not keep the key alive; null when the map is
   *     full and the value was not added
   */
  public @Nullable Held hold(K key, V value) {
    int hash = hash(key);
    return stripe(hash).put(key, hash, value, limit);
  }

  /** Takes a value out of the map, if it is still there. */
  public void release(Held held) {
    if (held instanceof Entry<?> entry) {
      stripe(entry.hash).release(entry);
    }
  }

  /** A value's place in the map; see {@link #hold}. */
  public sealed interface Held {}

  /** Returns the oldest value of the key, or null. */
  public @Nullable V get(K key) {
    if (isEmpty()) {
      return null;
    }
    int hash = hash(key);
    return stripe(hash).get(key, hash);
  }

  /** Takes the oldest value of the key out of the map; null when it has none. */
  public @Nullable V take(K key) {
    if (isEmpty()) {
      return null;
    }
    int hash = hash(key);
    return stripe(hash).take(key, hash);
  }

  /** Takes the youngest value of the key out of the map; null when it has none. */
  public @Nullable V takeNewest(K key) {
    if (isEmpty()) {
      return null;
    }
    int hash = hash(key);
    return stripe(hash).takeNewest(key, hash);
  }

  private static int hash(Object key) {
    int hash = System.identityHashCode(key);
    return hash ^ (hash >>> 15);
  }

  private Stripe<V> stripe(int hash) {
    return stripes[hash & (STRIPES - 1)];
  }

  private static final class Entry<V> extends WeakReference<Object> implements Held {
    final int hash;
    final V value;
    @Nullable Entry<V> next;

    Entry(Object key, int hash, V value, ReferenceQueue<Object> collected) {
      super(key, collected);
      this.hash = hash;
      this.value = value;
    }
  }

  private static final class Stripe<V> {
    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final AtomicInteger total;
    private @Nullable Entry<V>[] table = table(FIRST_TABLE);
    private int entries;

    Stripe(AtomicInteger total) {
      this.total = total;
    }

    synchronized boolean add(Object key, int hash, V value, int limit) {
      sweep();
      if (total.get() >= limit) {
        return false;
      }
      append(key, hash, value);
      return true;
    }

    synchronized @Nullable Entry<V> put(Object key, int hash, V value, int limit) {
      sweep();
      while (unlink(key, hash) != null) {
        // all that the key had before
      }
      return total.get() >= limit ? null : append(key, hash, value);
    }

    synchronized void release(Entry<?> entry) {
      unlink(entry);
    }

    synchronized @Nullable V get(Object key, int hash) {
      for (Entry<V> entry = table[index(hash, table)]; entry != null; entry = entry.next) {
        if (entry.hash == hash && entry.refersTo(key)) {
          return entry.value;
        }
      }
      return null;
    }

    synchronized @Nullable V take(Object key, int hash) {
      Entry<V> entry = unlink(key, hash);
      return entry == null ? null : entry.value;
    }

    synchronized @Nullable V takeNewest(Object key, int hash) {
      int index = index(hash, table);
      Entry<V> beforeNewest = null;
      Entry<V> newest = null;
      Entry<V> before = null;
      for (Entry<V> entry = table[index]; entry != null; entry = entry.next) {
        if (entry.hash == hash && entry.refersTo(key)) {
          beforeNewest = before;
          newest = entry;
        }
        before = entry;
      }
      if (newest == null) {
        return null;
      }
      cut(index, beforeNewest, newest);
      return newest.value;
    }

    private Entry<V> append(Object key, int hash, V value) {
      if (entries >= table.length) {
        grow();
      }
      Entry<V> added = new Entry<>(key, hash, value, collected);
      link(table, added);
      entries++;
      total.incrementAndGet();
      return added;
    }

    private @Nullable Entry<V> unlink(Object key, int hash) {
      int index = index(hash, table);
      Entry<V> before = null;
      for (Entry<V> entry = table[index]; entry != null; entry = entry.next) {
        if (entry.hash == hash && entry.refersTo(key)) {
          cut(index, before, entry);
          return entry;
        }
        before = entry;
      }
      return null;
    }

    private void sweep() {
      for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
        unlink((Entry<?>) gone);
      }
    }

    private void unlink(Entry<?> gone) {
      Entry<V> before = null;
      int index = index(gone.hash, table);
      for (Entry<V> entry = table[index]; entry != null; entry = entry.next) {
        if (entry == gone) {
          cut(index, before, entry);
          return;
        }
        before = entry;
      }
    }

    private void cut(int index, @Nullable Entry<V> before, Entry<V> entry) {
      if (before == null) {
        table[index] = entry.next;
      } else {
        before.next = entry.next;
      }
      entries--;
      total.decrementAndGet();
    }

    private void grow() {
      @Nullable Entry<V>[] larger = table(table.length * 2);
      for (Entry<V> head : table) {
        Entry<V> entry = head;
        while (entry != null) {
          Entry<V> next = entry.next;
          entry.next = null;
          link(larger, entry);
          entry = next;
        }
      }
      table = larger;
    }

    /** At the end of its chain, so that the values of one key stay in their order. */
    private static <V> void link(@Nullable Entry<V>[] table, Entry<V> added) {
      int index = index(added.hash, table);
      Entry<V> last = table[index];
      if (last == null) {
        table[index] = added;
        return;
      }
      while (last.next != null) {
        last = last.next;
      }
      last.next = added;
    }

    private static int index(int hash, @Nullable Object[] table) {
      return (hash >>> 5) & (table.length - 1); // the low 5 bits chose the stripe
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // as above
    private static <V> @Nullable Entry<V>[] table(int length) {
      return new Entry[length];
    }
  }
}

package io.skein.agent.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeakIdentityMapTest {
  @Test
  void comparesKeysByIdentity() {
    WeakIdentityMap<Object, String> map = new WeakIdentityMap<>(10);
    String one = new String("key");
    String other = new String("key");

    map.put(one, "one");

    assertThat(map.get(one)).isEqualTo("one");
    assertThat(map.get(other)).isNull();
  }

  @Test
  void neverAsksAKeyForItsHashOrEquality() {
    Object hostile =
        new Object() {
          @Override
          public int hashCode() {
            throw new IllegalStateException("asked for a hash");
          }

          @Override
          public boolean equals(Object other) {
            throw new IllegalStateException("asked for equality");
          }
        };
    WeakIdentityMap<Object, String> map = new WeakIdentityMap<>(10);

    map.add(hostile, "value");

    assertThat(map.take(hostile)).isEqualTo("value");
  }

  @Test
  void whatIsHeldGoesWithoutItsKey() {
    WeakIdentityMap<Object, String> map = new WeakIdentityMap<>(2);
    Object one = new Object();
    Object other = new Object();
    WeakIdentityMap.Held first = map.hold(one, "first");
    WeakIdentityMap.Held second = map.hold(one, "second"); // takes the first one's place
    map.hold(other, "other");
    assertThat(map.hold(new Object(), "beyond the limit")).isNull();

    map.release(first);
    assertThat(map.get(one)).isEqualTo("second");
    map.release(second);
    map.release(second);

    assertThat(map.get(one)).isNull();
    assertThat(map.get(other)).isEqualTo("other");
    assertThat(map.size()).isEqualTo(1);
  }

  @Test
  void theValuesOfOneKeyKeepTheirOrder() {
    WeakIdentityMap<Object, Integer> map = new WeakIdentityMap<>(1000);
    Object key = new Object();
    List<Object> others = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      map.add(key, i);
      Object other = new Object(); // makes the tables grow in between
      others.add(other);
      map.add(other, -i);
    }

    for (int i = 0; i < 300; i++) {
      assertThat(map.take(key)).isEqualTo(i);
    }
    assertThat(map.take(key)).isNull();
    assertThat(others).hasSize(300);
  }

  @Test
  void puttingReplacesEveryEarlierValue() {
    WeakIdentityMap<Object, String> map = new WeakIdentityMap<>(10);
    Object key = new Object();
    map.add(key, "first");
    map.add(key, "second");

    map.put(key, "third");

    assertThat(map.take(key)).isEqualTo("third");
    assertThat(map.take(key)).isNull();
    assertThat(map.isEmpty()).isTrue();
  }

  @Test
  void aFullMapRefusesAndTakesAgainWhenThereIsRoom() {
    WeakIdentityMap<Object, String> map = new WeakIdentityMap<>(2);
    Object key = new Object();

    assertThat(map.add(key, "first")).isTrue();
    assertThat(map.add(key, "second")).isTrue();
    assertThat(map.add(key, "third")).isFalse();
    assertThat(map.put(new Object(), "other")).isFalse();
    assertThat(map.take(key)).isEqualTo("first");
    assertThat(map.add(key, "fourth")).isTrue();
    assertThat(map.size()).isEqualTo(2);
  }

  @Test
  void aCollectedKeyTakesItsValueWithIt() {
    WeakIdentityMap<Object, Object> map = new WeakIdentityMap<>(1_000_000);
    WeakReference<Object> value = addForgotten(map);

    while (value.get() != null) {
      System.gc();
      // Only additions sweep, and each sweeps its own stripe.
      for (int i = 0; i < 1000; i++) {
        Object key = new Object();
        map.add(key, "x");
        map.take(key);
      }
    }

    assertThat(map.size()).isZero();
  }

  private static WeakReference<Object> addForgotten(WeakIdentityMap<Object, Object> map) {
    Object value = new Object();
    map.add(new Object(), value);
    return new WeakReference<>(value);
  }

  @Test
  void behavesLikeAMapOfQueues() {
    Random random = new Random(20260917);
    WeakIdentityMap<Object, Integer> map = new WeakIdentityMap<>(5_000);
    IdentityHashMap<Object, Deque<Integer>> model = new IdentityHashMap<>();
    List<Object> keys = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      keys.add(new Object());
    }
    int held = 0;
    for (int step = 0; step < 200_000; step++) {
      Object key = keys.get(random.nextInt(keys.size()));
      Deque<Integer> expected = model.computeIfAbsent(key, k -> new ArrayDeque<>());
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          boolean added = map.add(key, step);
          assertThat(added).isEqualTo(held < 5_000);
          if (added) {
            expected.addLast(step);
            held++;
          }
        }
        case 2 -> assertThat(map.get(key)).isEqualTo(expected.peekFirst());
        case 3 -> {
          Integer first = expected.pollFirst();
          held -= first == null ? 0 : 1;
          assertThat(map.take(key)).isEqualTo(first);
        }
        case 4 -> {
          Integer last = expected.pollLast();
          held -= last == null ? 0 : 1;
          assertThat(map.takeNewest(key)).isEqualTo(last);
        }
        default -> {
          if (random.nextInt(20) == 0) {
            held -= expected.size();
            expected.clear();
            boolean put = map.put(key, step);
            assertThat(put).isEqualTo(held < 5_000);
            if (put) {
              expected.addLast(step);
              held++;
            }
          }
        }
      }
      assertThat(map.size()).isEqualTo(held);
    }
  }

  @Test
  void nothingIsLostOrTakenTwiceByThreadsThatShareIt() throws InterruptedException {
    WeakIdentityMap<Object, Integer> map = new WeakIdentityMap<>(1_000_000);
    Object shared = new Object();
    AtomicInteger taken = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                for (int i = 0; i < 20_000; i++) {
                  Object own = new Object();
                  map.add(shared, i);
                  map.add(own, i);
                  if (map.take(shared) != null) {
                    taken.incrementAndGet();
                  }
                  if (map.take(own) != i) {
                    throw new IllegalStateException("lost " + i);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(taken.get()).isEqualTo(80_000);
    assertThat(map.isEmpty()).isTrue();
  }
}

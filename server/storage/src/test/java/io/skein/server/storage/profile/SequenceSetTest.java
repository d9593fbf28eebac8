package io.skein.server.storage.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SequenceSetTest {
  @Test
  void agreesWithAPlainSetWhateverTheOrder() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      SequenceSet set = new SequenceSet();
      TreeSet<Integer> plain = new TreeSet<>();
      int bound = 1 + random.nextInt(60);
      for (int i = 0; i < 100; i++) {
        int number = random.nextInt(bound);
        assertThat(set.contains(number)).isEqualTo(plain.contains(number));
        assertThat(set.add(number)).isEqualTo(plain.add(number));
      }
      assertThat(set.size()).isEqualTo(plain.size());
      int runs = 0;
      for (int number : plain) {
        runs += plain.contains(number - 1) ? 0 : 1;
      }
      assertThat(set.runs()).isEqualTo(runs);
    }
  }

  @Test
  void theLargestNumbersAreNumbersLikeOthers() {
    SequenceSet set = new SequenceSet();
    assertThat(set.add(Integer.MAX_VALUE)).isTrue();
    assertThat(set.add(Integer.MAX_VALUE)).isFalse();
    assertThat(set.add(Integer.MAX_VALUE - 1)).isTrue();
    assertThat(set.add(0)).isTrue();
    assertThat(set.runs()).isEqualTo(2);
    assertThat(set.addRun(5, 9)).as("not behind the last").isFalse();
  }
}

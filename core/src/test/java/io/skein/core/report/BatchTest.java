package io.skein.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchTest {
  private final Batch batch = new Batch(8 << 20, 10_000);

  private void addAndLeave(int messages, int bytesEach) {
    byte[] message = new byte[bytesEach];
    for (int i = 0; i < messages; i++) {
      batch.add(message, bytesEach, 1);
    }
    batch.removeFirst(messages);
  }

  @Test
  void theArrayOfABusyProcessIsUsedAgain() {
    addAndLeave(1_000, 1_000);
    byte[] array = batch.array();
    assertThat(array.length).isGreaterThanOrEqualTo(1_000_000);
    for (int i = 0; i < 50; i++) {
      addAndLeave(700 + i, 1_000);
      assertThat(batch.array()).isSameAs(array);
    }
  }

  @Test
  void whatOneGiantTookIsGivenBackSoon() {
    addAndLeave(1, 4 << 20);
    for (int i = 0; i < 20; i++) {
      addAndLeave(10, 500);
    }
    assertThat(batch.array().length).isLessThan(256 * 1024);
  }

  @Test
  void anArrayOfOrdinarySizeIsKeptThroughQuietTimes() {
    addAndLeave(100, 1_000);
    byte[] array = batch.array();
    for (int i = 0; i < 100; i++) {
      addAndLeave(1, 100);
    }
    assertThat(batch.array()).isSameAs(array);
  }
}

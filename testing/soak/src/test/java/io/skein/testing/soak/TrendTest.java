package io.skein.testing.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.soak.Sample.What;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrendTest {
  private static List<String> growthOf(What what, IntToDoubleFunction values) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Map<What, Double> sample = new EnumMap<>(What.class);
      for (What each : What.values()) {
        sample.put(each, each == what ? values.applyAsDouble(i) : 50.0);
      }
      samples.add(new Sample(i, sample, 0));
    }
    return new Trend("test", samples).growth();
  }

  @Test
  void whatStaysOrSwingsHasNotGrown() {
    assertThat(growthOf(What.HEAP, i -> 40)).isEmpty();
    assertThat(growthOf(What.HEAP, i -> i % 2 == 0 ? 40 : 80)).isEmpty();
    assertThat(growthOf(What.HEAP, i -> i == 35 ? 500 : 40)).as("one outlier").isEmpty();
    assertThat(growthOf(What.HEAP, i -> i < 10 ? 10 + 3 * i : 40)).as("warming up").isEmpty();
  }

  @Test
  void whatGrowsSteadilyIsNamed() {
    assertThat(growthOf(What.HEAP, i -> 40 + i / 2.0))
        .singleElement()
        .asString()
        .contains("heap MB of the test grew from 47");
    assertThat(growthOf(What.LOADERS, i -> 60 + i)).hasSize(1);
    assertThat(growthOf(What.THREADS, i -> 20 + i)).hasSize(1);
    assertThat(growthOf(What.FILES, i -> 30 + i)).hasSize(1);
  }
}

package io.skein.plugin.skeinapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.internal.AgentBridge;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EveryMethodTest {
  @Test
  void everyMethodOfTheBridgeIsWoven() {
    assertThat(SkeinApiPlugin.METHODS)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(AgentBridge.class.getDeclaredMethods())
                .filter(each -> Modifier.isPublic(each.getModifiers()) && !each.isSynthetic())
                .map(Method::getName)
                .toList());
  }
}

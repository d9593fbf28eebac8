package io.skein.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the woven side relies on. */
class AgentBridgeTest {
  private static final List<Method> METHODS =
      Arrays.stream(AgentBridge.class.getDeclaredMethods())
          .filter(method -> Modifier.isPublic(method.getModifiers()))
          .toList();

  @Test
  void onlyTypesOfTheJdkCross() {
    assertThat(Modifier.isFinal(AgentBridge.class.getModifiers())).isTrue();
    for (Method method : METHODS) {
      assertThat(Modifier.isStatic(method.getModifiers())).isTrue();
      for (Class<?> type : method.getParameterTypes()) {
        assertThat(type.isPrimitive() || type.getName().startsWith("java.")).isTrue();
      }
      Class<?> returned = method.getReturnType();
      assertThat(
              returned == void.class
                  || (!returned.isPrimitive() && returned.getName().startsWith("java.")))
          .as(method.getName())
          .isTrue();
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(METHODS.stream().map(Method::getName)).doesNotHaveDuplicates();
  }

  @Test
  void byThemselvesTheyReturnNull() throws ReflectiveOperationException {
    for (Method method : METHODS) {
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> type == int.class ? (Object) 0 : type == long.class ? 0L : null)
              .toArray();
      assertThat(method.invoke(null, arguments)).isNull();
    }
  }
}

package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.internal.AgentBridge;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BridgeTargetTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();
  private final BridgeTarget target = new BridgeTarget(tracer);

  private static List<Method> bridge() {
    return Arrays.stream(AgentBridge.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .toList();
  }

  @Test
  void eachMethodOfTheBridgeHasOneHere() throws NoSuchMethodException {
    for (Method method : bridge()) {
      Method here = BridgeTarget.class.getMethod(method.getName(), method.getParameterTypes());
      assertThat(method.getReturnType().isAssignableFrom(here.getReturnType()))
          .as(method.getName())
          .isTrue();
    }
  }

  @Test
  void aSpanIsDescribedThroughItsHandle() {
    Object entry = target.startEntry("entry", null);
    Object exit = target.startExit("exit", "a:1");
    target.operationName(exit, "renamed");
    target.component(exit, 66, "JdkHttp");
    target.layer(exit, 3);
    target.layer(exit, 99);
    target.tag(exit, "key", "1", AgentBridge.REPLACING);
    target.tag(exit, "key", "2", AgentBridge.OVERWRITING);
    target.tag(exit, "key", "3", AgentBridge.APPENDING);
    target.logEvent(exit, "event");
    target.logFields(exit, Map.of("k", "v"), 1234);
    target.logError(exit, new IllegalStateException("x"));
    target.error(entry);
    assertThat(target.recording(exit)).isTrue();
    assertThat(target.activeSpan()).isSameAs(exit);
    Map<String, String> headers = new HashMap<>();
    target.inject(exit, headers::put);
    target.end(exit, null, 0);
    target.end(entry, null, 5);

    SpanRecord span = Spans.named(recorder.only(), "renamed");
    assertThat(span.componentId()).isEqualTo(66);
    assertThat(span.layer().number()).isEqualTo(3);
    assertThat(Spans.tags(span)).containsExactly("key=2", "key=3");
    assertThat(span.logCount()).isEqualTo(3);
    assertThat(span.log(1).millis()).isEqualTo(1234);
    assertThat(headers).containsKey("sw8");
    assertThat(recorder.only().span(1).isError()).isTrue();
  }

  @Test
  void detachedSpansKeepTheirHandle() {
    Object span = target.startDetached("span", 0, 1000, List.of());
    Object scope = target.activate(span);
    assertThat(target.activeSpan()).isSameAs(span);
    assertThat(target.placeState(span)).isEqualTo("recorded");
    target.closeScope(scope);
    assertThat(target.activate("no span")).isNull();
    target.kind(span, 1);
    target.end(span, new IllegalStateException(), 2000);
    SpanRecord record = recorder.only().span(0);
    assertThat(record.type()).isEqualTo(SpanType.EXIT);
    assertThat(record.endMillis()).isEqualTo(2000);
    assertThat(record.isError()).isTrue();
  }

  /**
   * Any method with any arguments in any order: nothing is thrown, and the thread is free after.
   */
  @Test
  void nothingThrows() throws Exception {
    Random random = new Random(1);
    List<Object> handles = new ArrayList<>();
    List<Object> scopes = new ArrayList<>();
    Map<String, String> headers = new HashMap<>();
    Function<String, String> reader =
        name -> {
          if (random.nextInt(10) == 0) {
            throw new IllegalStateException();
          }
          return headers.get(name);
        };
    BiConsumer<String, String> writer = headers::put;
    List<Method> methods = bridge();
    String huge = "x".repeat(100_000);
    for (int step = 0; step < 50_000; step++) {
      Method method = methods.get(random.nextInt(methods.size()));
      Object[] arguments = new Object[method.getParameterCount()];
      for (int i = 0; i < arguments.length; i++) {
        Class<?> type = method.getParameterTypes()[i];
        arguments[i] =
            type == int.class
                // A segment that nobody wants is missing, and what was below it refers to nothing.
                ? (Object) (method.getName().equals("wanted") ? 1 : random.nextInt(6) - 2)
                : type == long.class
                    ? random.nextLong()
                    : random.nextInt(8) == 0
                        ? null
                        : type == String.class
                            ? random.nextInt(500) == 0 ? huge : "text" + random.nextInt(9)
                            : type == Function.class
                                ? reader
                                : type == BiConsumer.class
                                    ? writer
                                    : type == Map.class
                                        ? Map.of("k", "v")
                                        : type == Throwable.class
                                            ? new IllegalStateException()
                                            : type == List.class
                                                ? someOf(random, handles)
                                                : one(random, handles, scopes);
      }
      Object result =
          BridgeTarget.class
              .getMethod(method.getName(), method.getParameterTypes())
              .invoke(target, arguments);
      if (result != null && !(result instanceof String) && !(result instanceof Number)) {
        (result instanceof io.skein.api.Scope ? scopes : handles).add(result);
      }
      if (handles.size() > 40) {
        handles.subList(0, 20).clear();
      }
    }
    for (int i = scopes.size() - 1; i >= 0; i--) {
      target.closeScope(scopes.get(i));
    }
    while (tracer.activeSpan() != null) {
      tracer.activeSpan().end();
    }
    assertThat(tracer.capture()).isNull();
    tracer.reportUnfinished(true);
    assertThat(tracer.waitingForAsync()).isZero();
    assertThat(recorder.segments).hasSizeGreaterThan(100);
    SegmentRules.check(recorder.segments);
  }

  private static Object one(Random random, List<Object> handles, List<Object> scopes) {
    List<Object> from = random.nextInt(5) == 0 ? scopes : handles;
    return from.isEmpty() ? new Object() : from.get(random.nextInt(from.size()));
  }

  private static List<Object> someOf(Random random, List<Object> handles) {
    List<Object> some = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      some.add(random.nextInt(5) == 0 ? null : one(random, handles, List.of()));
    }
    return some;
  }
}

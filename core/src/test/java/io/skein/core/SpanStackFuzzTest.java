package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random starts, tags and ends, in any order and as often as it pleases, against a model that is
 * written as simply as possible. Whatever the order, the two agree on every segment reported.
 */
class SpanStackFuzzTest {
  private static final int LIMIT = 8;
  private static final List<SpanType> TYPES =
      List.of(SpanType.ENTRY, SpanType.EXIT, SpanType.LOCAL);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void agreesWithASimpleModel(long seed) {
    Random random = new Random(seed);
    Recorder recorder = new Recorder();
    Tracer tracer = recorder.settings.spanLimit(LIMIT).build();
    Model model = new Model();
    List<Span> handles = new ArrayList<>();
    List<Model.Handle> modelHandles = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      int action = random.nextInt(10);
      if (action < 4 || handles.isEmpty()) {
        SpanType type = TYPES.get(random.nextInt(3));
        String name = "span " + step;
        handles.add(
            switch (type) {
              case ENTRY -> tracer.startEntry(name);
              case EXIT -> tracer.startExit(name, "peer:1");
              case LOCAL -> tracer.startLocal(name);
            });
        modelHandles.add(model.start(type, name));
      } else {
        // mostly one of the last few, now and then one of long ago
        int back = random.nextInt(random.nextInt(20) == 0 ? handles.size() : 6) + 1;
        int index = Math.max(0, handles.size() - back);
        if (action < 6) {
          String key = "k" + random.nextInt(4);
          handles.get(index).tag(key, "v" + step);
          model.tag(modelHandles.get(index), key, "v" + step);
        } else {
          handles.get(index).end();
          model.end(modelHandles.get(index));
        }
      }
      assertThat(recorder.segments.stream().map(SpanStackFuzzTest::text).toList())
          .isEqualTo(model.reported);
      recorder.segments.clear();
      model.reported.clear();
      assertThat(tracer.activeSpan() == null).isEqualTo(model.stack.isEmpty());
    }
    assertThat(tracer.counters().repairedEnds()).isPositive();
    assertThat(tracer.counters().repeatedEnds()).isPositive();
    assertThat(tracer.counters().spansOverLimit()).isPositive();
    assertThat(tracer.counters().failures()).isZero();
  }

  private static String text(Segment segment) {
    StringBuilder text = new StringBuilder(segment.sizeLimited() ? "limited" : "");
    for (SpanRecord span : Spans.of(segment)) {
      Map<String, String> tags = new LinkedHashMap<>();
      for (int i = 0; i < span.tagCount(); i++) {
        tags.put(span.tagKey(i), span.tagValue(i));
      }
      text.append('\n')
          .append(line(span.id(), span.parentId(), span.type(), span.operationName(), tags));
    }
    return text.toString();
  }

  private static String line(
      int id, int parent, SpanType type, String name, Map<String, String> tags) {
    return id + " in " + parent + " " + type + " " + name + " " + tags;
  }

  /** The rules, without any thought for speed. */
  private static final class Model {
    static final class OneSpan {
      int id = -1; // beyond the limit
      int parent = -1;
      SpanType type;
      String name;
      int depth = 1;
      int newest = 1;
      boolean open = true;
      final Map<String, String> tags = new LinkedHashMap<>();
    }

    static final class Handle {
      final OneSpan span;
      final int level;
      boolean ended;

      Handle(OneSpan span, int level) {
        this.span = span;
        this.level = level;
      }
    }

    final Deque<OneSpan> stack = new ArrayDeque<>();
    final List<String> reported = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int next;
    private boolean limited;

    Handle start(SpanType type, String name) {
      OneSpan top = stack.peek();
      if (top != null && top.id >= 0 && top.type == type && type != SpanType.LOCAL) {
        top.depth++;
        top.newest = top.depth;
        if (type == SpanType.ENTRY) {
          top.name = name;
          top.tags.clear();
        }
        return new Handle(top, top.depth);
      }
      OneSpan span = new OneSpan();
      span.type = type;
      span.name = name;
      if (next < LIMIT) {
        span.id = next++;
        span.parent = stack.stream().filter(s -> s.id >= 0).findFirst().map(s -> s.id).orElse(-1);
      } else {
        limited = true;
      }
      stack.push(span);
      return new Handle(span, 1);
    }

    void tag(Handle handle, String key, String value) {
      OneSpan span = handle.span;
      boolean says =
          switch (span.type) {
            case ENTRY -> handle.level == span.newest;
            case EXIT -> handle.level == 1;
            case LOCAL -> true;
          };
      if (span.open && says) {
        span.tags.put(key, value);
      }
    }

    void end(Handle handle) {
      boolean again = handle.level > 1 && handle.ended;
      handle.ended = true;
      if (again || !handle.span.open || handle.level > handle.span.depth) {
        return;
      }
      while (stack.peek() != handle.span) {
        close(stack.pop());
      }
      handle.span.depth = handle.level - 1;
      if (handle.level == 1) {
        close(stack.pop());
      }
      if (stack.isEmpty()) {
        reported.add((limited ? "limited" : "") + text);
        text.setLength(0);
        next = 0;
        limited = false;
      }
    }

    private void close(OneSpan span) {
      span.open = false;
      if (span.id >= 0) {
        text.append('\n').append(line(span.id, span.parent, span.type, span.name, span.tags));
      }
    }
  }
}

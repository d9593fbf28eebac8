package io.skein.testing;

import io.skein.api.Component;
import io.skein.api.Layer;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;

/** Assertions that speak of spans: {@code SpanAssert.assertThat(span).continues(header)}. */
public final class SpanAssert extends AbstractAssert<SpanAssert, RecordedSpan> {
  private SpanAssert(RecordedSpan actual) {
    super(actual, SpanAssert.class);
  }

  public static SpanAssert assertThat(RecordedSpan span) {
    return new SpanAssert(span);
  }

  public SpanAssert hasTag(String key, String value) {
    if (!value.equals(actual.tag(key))) {
      failWithMessage("expected tag %s=%s in%n  %s", key, value, actual);
    }
    if (actual.tags().stream().filter(tag -> tag.getKey().equals(key)).count() != 1) {
      failWithMessage("expected tag %s once in%n  %s", key, actual);
    }
    return this;
  }

  public SpanAssert hasNoTag(String key) {
    if (actual.tag(key) != null) {
      failWithMessage("expected no tag %s in%n  %s", key, actual);
    }
    return this;
  }

  public SpanAssert hasComponent(Component component) {
    if (actual.componentId() != component.id()) {
      failWithMessage("expected component %s (%s) in%n  %s", component, component.id(), actual);
    }
    return this;
  }

  public SpanAssert hasLayer(Layer layer) {
    if (actual.layer() != layer) {
      failWithMessage("expected layer %s but was %s in%n  %s", layer, actual.layer(), actual);
    }
    return this;
  }

  public SpanAssert hasPeer(String peer) {
    if (!actual.peer().equals(peer)) {
      failWithMessage("expected peer %s in%n  %s", peer, actual);
    }
    return this;
  }

  /** The span began a trace. */
  public SpanAssert isRoot() {
    if (!actual.refs().isEmpty() || actual.parentId() != -1) {
      failWithMessage("expected the root of a trace:%n  %s", actual);
    }
    return this;
  }

  /** The parent is in the same segment. */
  public SpanAssert isChildOf(RecordedSpan parent) {
    if (!actual.segmentId().equals(parent.segmentId()) || actual.parentId() != parent.id()) {
      failWithMessage("expected a child of%n  %s%nbut was%n  %s", parent, actual);
    }
    return this;
  }

  /** The parent is in another process: trace, segment, span and names came over the wire. */
  public SpanAssert continues(Sw8Header header) {
    RecordedSpan.Ref ref = onlyRef(RecordedSpan.Ref.Kind.CROSS_PROCESS);
    Sw8Header read =
        new Sw8Header(
            ref.traceId(),
            ref.segmentId(),
            ref.spanId(),
            ref.service(),
            ref.instance(),
            ref.endpoint(),
            ref.address());
    if (!read.equals(header)) {
      failWithMessage("expected the ref of%n  %s%nbut was%n  %s", header, read);
    }
    if (!actual.traceId().equals(header.traceId())) {
      failWithMessage("expected trace %s of%n  %s", header.traceId(), actual);
    }
    return this;
  }

  /** The parent is a span of another thread of the same process. */
  public SpanAssert continuesInThread(RecordedSpan parent) {
    RecordedSpan.Ref ref = onlyRef(RecordedSpan.Ref.Kind.CROSS_THREAD);
    if (!ref.segmentId().equals(parent.segmentId())
        || ref.spanId() != parent.id()
        || !ref.traceId().equals(parent.traceId())
        || !actual.traceId().equals(parent.traceId())
        || actual.segmentId().equals(parent.segmentId())) {
      failWithMessage("expected a hand-over from%n  %s%nbut was%n  %s", parent, actual);
    }
    return this;
  }

  private RecordedSpan.Ref onlyRef(RecordedSpan.Ref.Kind kind) {
    if (actual.parentId() != -1 || actual.refs().size() != 1) {
      failWithMessage("expected the first span of a segment, with one ref:%n  %s", actual);
    }
    RecordedSpan.Ref ref = actual.refs().get(0);
    if (ref.kind() != kind) {
      failWithMessage("expected a ref %s:%n  %s", kind, actual);
    }
    return ref;
  }

  /** The only log tells of this exception, its message and its stack. */
  public SpanAssert hasErrorLog(String exceptionClass, String message) {
    if (actual.logs().size() != 1) {
      failWithMessage("expected one log in%n  %s%n  %s", actual, actual.logs());
    }
    for (RecordedSpan.Log log : actual.logs()) {
      if (exceptionClass.equals(log.field("error.kind"))
          && Objects.equals(message, log.field("message"))
          && Objects.toString(log.field("stack"), "").contains("\tat ")
          && "error".equals(log.field("event"))) {
        return this;
      }
    }
    failWithMessage(
        "expected a log of %s: %s with its stack in%n  %s%n  %s",
        exceptionClass, message, actual, actual.logs());
    return this;
  }

  /**
   * The only log is of an error, and this text is in its stack: a library may wrap what was thrown.
   */
  public SpanAssert hasOneErrorLogWith(String textOfStack) {
    if (actual.logs().size() != 1
        || !Objects.toString(actual.logs().get(0).field("stack"), "").contains(textOfStack)) {
      failWithMessage(
          "expected one log with %s in its stack in%n  %s%n  %s",
          textOfStack, actual, actual.logs());
    }
    return this;
  }

  public SpanAssert hasNoLog() {
    if (!actual.logs().isEmpty()) {
      failWithMessage("expected no log in%n  %s%n  %s", actual, actual.logs());
    }
    return this;
  }
}

package io.skein.wire.decode;

import io.skein.wire.model.Command;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.ThreadSnapshot;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.List;

/** Writes messages of the protocol; every method is the inverse of the reading one. */
public final class MessageWriter {
  private MessageWriter() {}

  /** Writes {@code Commands}, the answer to every call. No commands are no bytes. */
  public static byte[] commands(List<Command> commands) {
    ProtoWriter out = new ProtoWriter();
    for (int i = commands.size() - 1; i >= 0; i--) {
      int before = out.written();
      keyValues(out, 2, commands.get(i).args());
      out.text(1, commands.get(i).name());
      out.endMessage(1, before);
    }
    return out.toByteArray();
  }

  /** Writes a {@code SegmentObject}. */
  public static byte[] segment(TraceSegment segment) {
    ProtoWriter out = new ProtoWriter();
    segment(out, segment);
    return out.toByteArray();
  }

  /** Writes a {@code SegmentCollection}. */
  public static byte[] collection(List<TraceSegment> segments) {
    ProtoWriter out = new ProtoWriter();
    for (int i = segments.size() - 1; i >= 0; i--) {
      int before = out.written();
      segment(out, segments.get(i));
      out.endMessage(1, before);
    }
    return out.toByteArray();
  }

  public static byte[] instanceProperties(InstanceProperties message) {
    ProtoWriter out = new ProtoWriter();
    out.text(4, message.layer());
    keyValues(out, 3, message.properties());
    out.text(2, message.instance());
    out.text(1, message.service());
    return out.toByteArray();
  }

  public static byte[] instancePing(InstancePing message) {
    ProtoWriter out = new ProtoWriter();
    out.text(3, message.layer());
    out.text(2, message.instance());
    out.text(1, message.service());
    return out.toByteArray();
  }

  /** Writes a {@code ThreadSnapshot}. */
  public static byte[] snapshot(ThreadSnapshot message) {
    ProtoWriter out = new ProtoWriter();
    out.number(ProfileFields.FRAMES_CUT, message.framesCut());
    out.number(ProfileFields.PERIOD_MILLIS, message.periodMillis());
    out.number(ProfileFields.STATE, message.state());
    int before = out.written();
    for (int i = message.frames().size() - 1; i >= 0; i--) {
      out.element(1, message.frames().get(i));
    }
    if (!message.frames().isEmpty()) {
      out.endMessage(5, before);
    }
    out.number(4, message.sequence());
    out.number(3, message.millis());
    out.text(2, message.segmentId());
    out.text(1, message.taskId());
    return out.toByteArray();
  }

  /** Writes a {@code ProfileTaskCommandQuery}. */
  public static byte[] profileTaskQuery(ProfileTaskQuery message) {
    ProtoWriter out = new ProtoWriter();
    out.number(3, message.lastCommandMillis());
    out.text(2, message.instance());
    out.text(1, message.service());
    return out.toByteArray();
  }

  /** Writes a {@code ProfileTaskFinishReport}. */
  public static byte[] profileTaskFinish(ProfileTaskFinish message) {
    ProtoWriter out = new ProtoWriter();
    out.text(3, message.taskId());
    out.text(2, message.instance());
    out.text(1, message.service());
    return out.toByteArray();
  }

  private static void segment(ProtoWriter out, TraceSegment segment) {
    out.bool(6, segment.sizeLimited());
    out.text(5, segment.instance());
    out.text(4, segment.service());
    for (int i = segment.spans().size() - 1; i >= 0; i--) {
      int before = out.written();
      span(out, segment.spans().get(i));
      out.endMessage(3, before);
    }
    out.text(2, segment.segmentId());
    out.text(1, segment.traceId());
  }

  private static void span(ProtoWriter out, TraceSpan span) {
    out.bool(14, span.skipAnalysis());
    for (int i = span.logs().size() - 1; i >= 0; i--) {
      SpanLog log = span.logs().get(i);
      int before = out.written();
      keyValues(out, 2, log.data());
      out.number(1, log.millis());
      out.endMessage(13, before);
    }
    keyValues(out, 12, span.tags());
    out.bool(11, span.error());
    out.number(10, span.componentId());
    out.number(9, span.layer());
    out.number(8, span.type());
    out.text(7, span.peer());
    out.text(6, span.operationName());
    for (int i = span.refs().size() - 1; i >= 0; i--) {
      int before = out.written();
      reference(out, span.refs().get(i));
      out.endMessage(5, before);
    }
    out.number(4, span.endMillis());
    out.number(3, span.startMillis());
    out.number(2, span.parentId());
    out.number(1, span.id());
  }

  private static void reference(ProtoWriter out, SpanReference ref) {
    out.text(8, ref.networkAddress());
    out.text(7, ref.parentEndpoint());
    out.text(6, ref.parentInstance());
    out.text(5, ref.parentService());
    out.number(4, ref.parentSpanId());
    out.text(3, ref.parentSegmentId());
    out.text(2, ref.traceId());
    out.number(1, ref.type());
  }

  private static void keyValues(ProtoWriter out, int field, List<KeyValue> pairs) {
    for (int i = pairs.size() - 1; i >= 0; i--) {
      int before = out.written();
      out.text(2, pairs.get(i).value());
      out.text(1, pairs.get(i).key());
      out.endMessage(field, before);
    }
  }
}

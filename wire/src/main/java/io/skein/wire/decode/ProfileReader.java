package io.skein.wire.decode;

import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import io.skein.wire.model.ThreadSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what agents send about profile tasks (wire-v3, section 9; profiling, section 1.2).
 *
 * <p>A snapshot is refused when it is larger than any honest one: agents keep some hundred frames
 * of a stack, SkyWalking's at most as many as they are told to. A single frame's text is not a
 * reason to lose the stack around it and is shortened; what it ends with, the method and the line,
 * stays.
 */
public final class ProfileReader {
  /** The largest snapshot that is read, in bytes. */
  public static final int MAX_SNAPSHOT_BYTES = 2 << 20;

  /** The deepest stack that is read. */
  public static final int MAX_FRAMES = 16_384;

  /** A frame's text is shortened to so many characters, a mark in front included. */
  public static final int MAX_FRAME_CHARACTERS = 1000;

  /** The longest id of a task or a segment. */
  public static final int MAX_ID_CHARACTERS = 512;

  private static final String SHORTENED = "...";

  private ProfileReader() {}

  /** Reads a {@code ThreadSnapshot}. */
  public static ThreadSnapshot snapshot(byte[] bytes) throws MalformedMessageException {
    if (bytes.length > MAX_SNAPSHOT_BYTES) {
      throw new MalformedMessageException(
          MalformedMessageException.TOO_LARGE,
          "a snapshot of " + bytes.length + " bytes; at most " + MAX_SNAPSHOT_BYTES + " are taken");
    }
    ProtoReader in = new ProtoReader(bytes);
    String taskId = "";
    String segmentId = "";
    long millis = 0;
    int sequence = 0;
    List<String> frames = new ArrayList<>();
    int state = 0;
    int periodMillis = 0;
    int framesCut = 0;
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        taskId = id(in);
      } else if (in.is(2, ProtoReader.BYTES)) {
        segmentId = id(in);
      } else if (in.is(3, ProtoReader.VARINT)) {
        millis = in.int64();
      } else if (in.is(4, ProtoReader.VARINT)) {
        sequence = in.int32();
      } else if (in.is(5, ProtoReader.BYTES)) {
        stack(in, frames);
      } else if (in.is(ProfileFields.STATE, ProtoReader.VARINT)) {
        state = in.int32();
      } else if (in.is(ProfileFields.PERIOD_MILLIS, ProtoReader.VARINT)) {
        periodMillis = in.int32();
      } else if (in.is(ProfileFields.FRAMES_CUT, ProtoReader.VARINT)) {
        framesCut = in.int32();
      } else {
        in.skip();
      }
    }
    return new ThreadSnapshot(
        taskId, segmentId, millis, sequence, frames, state, periodMillis, framesCut);
  }

  /**
   * Adds the frames of a {@code ThreadStack}; protobuf joins those of a field that occurs twice.
   */
  private static void stack(ProtoReader in, List<String> frames) throws MalformedMessageException {
    int outer = in.enter();
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        if (frames.size() == MAX_FRAMES) {
          throw new MalformedMessageException(
              MalformedMessageException.TOO_MANY,
              "more than " + MAX_FRAMES + " frames in one stack");
        }
        frames.add(shortened(in.text()));
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private static String shortened(String frame) {
    if (frame.length() <= MAX_FRAME_CHARACTERS) {
      return frame;
    }
    int from = frame.length() - MAX_FRAME_CHARACTERS + SHORTENED.length();
    // not between the halves of a character
    return SHORTENED
        + frame.substring(Character.isLowSurrogate(frame.charAt(from)) ? from + 1 : from);
  }

  private static String id(ProtoReader in) throws MalformedMessageException {
    String id = in.text();
    if (id.length() > MAX_ID_CHARACTERS) {
      throw new MalformedMessageException(
          MalformedMessageException.TOO_LARGE,
          "an id of " + id.length() + " characters; at most " + MAX_ID_CHARACTERS + " are taken");
    }
    return id;
  }

  /** Reads a {@code ProfileTaskCommandQuery}. */
  public static ProfileTaskQuery query(byte[] bytes) throws MalformedMessageException {
    ProtoReader in = new ProtoReader(bytes);
    String service = "";
    String instance = "";
    long lastCommandMillis = 0;
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        service = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        instance = in.text();
      } else if (in.is(3, ProtoReader.VARINT)) {
        lastCommandMillis = in.int64();
      } else {
        in.skip();
      }
    }
    return new ProfileTaskQuery(service, instance, lastCommandMillis);
  }

  /** Reads a {@code ProfileTaskFinishReport}. */
  public static ProfileTaskFinish finish(byte[] bytes) throws MalformedMessageException {
    ProtoReader in = new ProtoReader(bytes);
    String service = "";
    String instance = "";
    String taskId = "";
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        service = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        instance = in.text();
      } else if (in.is(3, ProtoReader.BYTES)) {
        taskId = id(in);
      } else {
        in.skip();
      }
    }
    return new ProfileTaskFinish(service, instance, taskId);
  }
}

package io.skein.wire.decode;

/**
 * The fields that we add to the protocol's {@code ThreadSnapshot}. Receivers of others skip them,
 * as protobuf does with numbers it does not know. Far above what the protocol will ever count up
 * to, and below 19000, where protobuf's own begin.
 */
public final class ProfileFields {

  /** What the thread did: see {@link io.skein.wire.model.ThreadSnapshot#state()}. */
  public static final int STATE = 15_001;

  /** The ordered time from one snapshot to the next, in milliseconds. */
  public static final int PERIOD_MILLIS = 15_002;

  /** How many frames the agent has left out. */
  public static final int FRAMES_CUT = 15_003;

  private ProfileFields() {}
}

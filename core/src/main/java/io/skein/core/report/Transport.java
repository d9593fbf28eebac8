package io.skein.core.report;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Carries encoded segments to a collector. Called by the reporter's thread only, one call at a
 * time; every call may block, but not longer than it was told to.
 */
public interface Transport extends AutoCloseable {

  /** What became of a send. */
  enum Kind {
    /** The collector has taken all messages. */
    DELIVERED,
    /** Nothing is known to be wrong with the messages: send them again later. */
    RETRY,
    /** The collector will never take these messages; one of them, or all. */
    REFUSED,
    /** Some may have been taken, and this collector must not get any message twice. */
    UNCONFIRMED
  }

  /**
   * The outcome of one send.
   *
   * @param kind what became of it
   * @param detail for a person: what happened, and to which collector; empty when delivered. Equal
   *     texts are the same state: no attempt numbers or times in it
   * @param handedOver when unconfirmed or refused: how many bytes the connection was given; only
   *     messages wholly within them may have been taken
   */
  record Answer(Kind kind, String detail, long handedOver) {

    private static final Answer DELIVERED = new Answer(Kind.DELIVERED, "", 0);

    /** Returns the answer of a collector that took everything. */
    public static Answer delivered() {
      return DELIVERED;
    }

    /** Returns the answer that asks for another attempt. */
    public static Answer retry(String detail) {
      return new Answer(Kind.RETRY, detail, 0);
    }

    /** Returns the answer of a collector that will not have it, having been given all. */
    public static Answer refused(String detail) {
      return refused(detail, Long.MAX_VALUE);
    }

    /** The same when it has been given so many bytes. */
    public static Answer refused(String detail, long handedOver) {
      return new Answer(Kind.REFUSED, detail, handedOver);
    }

    /** Returns the answer to an attempt whose outcome nobody knows. */
    public static Answer unconfirmed(String detail, long handedOver) {
      return new Answer(Kind.UNCONFIRMED, detail, handedOver);
    }
  }

  /**
   * What to do now and then while a call waits for the network, on the same thread. Told once,
   * before the first call; a transport that never waits need not call it.
   */
  default void whileWaiting(Runnable work) {}

  /**
   * Makes sure that a collector is there and speaks our language, before any segment is given to
   * it.
   *
   * @return delivered when there is one, otherwise why not
   */
  default Answer prepare(long timeoutNanos) {
    return Answer.delivered();
  }

  /**
   * Says whether the collector that is there recognises a segment that it has already, so that an
   * attempt without an answer may be repeated.
   */
  default boolean recognisesRepeats() {
    return true;
  }

  /** Sends messages in the name of another process, as {@link #send} does. */
  default Answer sendFor(Origin origin, ByteBuffer messages, long timeoutNanos) {
    return send(messages, timeoutNanos);
  }

  /**
   * Sends encoded messages that lie one after the other, and waits for the collector's word. When
   * an attempt is interrupted it returns {@link Kind#RETRY} at once and leaves the thread
   * interrupted.
   *
   * @param messages what the {@link SegmentEncoder} made, in order; read only during the call
   * @param timeoutNanos how long to wait at most
   */
  Answer send(ByteBuffer messages, long timeoutNanos);

  /**
   * Called in each turn of the reporter's duty cycle, for what has to happen even when there is
   * nothing to send. Must not wait.
   *
   * @return what the collector said since the last turn to something other than a send, if anything
   */
  @Nullable Answer tick(long nowNanos);

  /**
   * Called at the end of each turn, also of those in which nothing is tried because the collector
   * is away. Must not wait.
   */
  default void turn(long nowNanos) {}

  /**
   * Called once, after the last send: the account is final now. Says so to the collector if it can
   * be reached within the time.
   */
  void farewell(long timeoutNanos);

  /** Returns the collector's address as users wrote it, for messages. */
  String target();

  @Override
  void close();
}

package io.skein.core.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A collector by hand: answers as it was told, delivers when it was told nothing. */
class ScriptedTransport implements Transport {

  final Deque<Answer> answers = new ArrayDeque<>();
  final Deque<Answer> beats = new ArrayDeque<>();

  /** Segments that make their batch be refused. */
  final Set<String> poison = new HashSet<>();

  final List<List<String>> sends = new ArrayList<>();
  final List<String> taken = new ArrayList<>();
  final List<String> delivered = new ArrayList<>();
  final List<Origin> origins = new ArrayList<>();
  Runnable whileWaiting = () -> {};
  boolean recognises = true;
  int ticks;
  int farewells;
  boolean closed;

  @Override
  public void whileWaiting(Runnable work) {
    whileWaiting = work;
  }

  @Override
  public boolean recognisesRepeats() {
    return recognises;
  }

  @Override
  public Answer sendFor(Origin origin, ByteBuffer messages, long timeoutNanos) {
    origins.add(origin);
    return messages.hasRemaining() ? send(messages, timeoutNanos) : Answer.delivered();
  }

  @Override
  public Answer send(ByteBuffer messages, long timeoutNanos) {
    byte[] bytes = new byte[messages.remaining()];
    messages.get(bytes);
    List<String> ids = List.of(new String(bytes, StandardCharsets.US_ASCII).trim().split(" +"));
    sends.add(ids);
    Answer answer = answers.poll();
    if (answer == null) {
      answer =
          ids.stream().anyMatch(poison::contains)
              ? Answer.refused("collector refused a segment")
              : Answer.delivered();
    }
    if (answer.kind() == Kind.DELIVERED) {
      delivered.addAll(ids);
    } else if (answer.kind() == Kind.UNCONFIRMED) {
      // The test's collector did take what was wholly handed over.
      long at = 0;
      for (String id : ids) {
        at += id.length() + 1;
        if (at <= answer.handedOver()) {
          taken.add(id);
        }
      }
    }
    return answer;
  }

  @Override
  public @Nullable Answer tick(long nowNanos) {
    ticks++;
    return beats.poll();
  }

  @Override
  public void farewell(long timeoutNanos) {
    farewells++;
  }

  @Override
  public String target() {
    return "127.0.0.1:11800";
  }

  @Override
  public void close() {
    closed = true;
  }
}

package io.skein.server.collector;

import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many calls are open at once. Agents may keep a stream open for days, so silence alone
 * ends none; only when all places are taken, the call that was silent longest makes room.
 */
final class OpenCalls {
  private static final long EVICTABLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Set<OpenCall> open = ConcurrentHashMap.newKeySet();
  private final int max;

  OpenCalls(int max) {
    this.max = max;
  }

  /** Whether the call may go on; when not, it has been refused. */
  boolean admit(OpenCall call) {
    // Two threads may pass this check together: the limit is then passed by their number, which
    // harms nobody.
    if (open.size() >= max && !evictOne()) {
      call.answer(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the server has " + max + " open calls, its limit: try again later"));
      return false;
    }
    open.add(call);
    return true;
  }

  void remove(OpenCall call) {
    open.remove(call);
  }

  int size() {
    return open.size();
  }

  private boolean evictOne() {
    long now = System.nanoTime();
    OpenCall silent = null;
    long longest = EVICTABLE_NANOS;
    for (OpenCall call : open) {
      long silence = now - call.activeNanos();
      if (silence > longest) {
        silent = call;
        longest = silence;
      }
    }
    if (silent == null) {
      return false;
    }
    silent.answer(
        Status.UNAVAILABLE.withDescription(
            "closed to make room for others: this call sent nothing for "
                + TimeUnit.NANOSECONDS.toSeconds(longest)
                + " s"));
    return true;
  }
}

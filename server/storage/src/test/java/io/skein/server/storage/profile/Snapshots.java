package io.skein.server.storage.profile;

import java.util.ArrayList;
import java.util.List;

/** Snapshots for tests, a few words each. */
public final class Snapshots {
  public static final long T0 = 1_700_000_000_000L;
  public static final int PERIOD = 10;

  private Snapshots() {}

  /** One of the task "task", ten milliseconds after the one before it. */
  public static Snapshot snapshot(String segmentId, int sequence, String... frames) {
    return of("task", segmentId, sequence, T0 + (long) PERIOD * sequence, List.of(frames));
  }

  public static Snapshot of(
      String taskId, String segmentId, int sequence, long millis, List<String> frames) {
    return new Snapshot(
        taskId, segmentId, millis, sequence, frames, 1, PERIOD, 0, "shop", "shop-1", T0 + 60_000);
  }

  /** Stacks of a depth that changes a little from one to the next, as real ones do. */
  public static List<Snapshot> many(String segmentId, int from, int to, int depth) {
    List<Snapshot> snapshots = new ArrayList<>();
    for (int i = from; i < to; i++) {
      List<String> frames = new ArrayList<>();
      for (int d = 0; d < depth; d++) {
        int branch = d < depth - 4 ? 0 : (i / (1 << (depth - 1 - d))) % 3;
        frames.add(
            "io.skein.example.layer"
                + d
                + ".Service"
                + branch
                + ".call"
                + ":"
                + (100 + d + branch));
      }
      snapshots.add(of("task", segmentId, i, T0 + (long) PERIOD * i, frames));
    }
    return snapshots;
  }
}

package io.skein.server.storage.profile;

import io.skein.core.profile.ProfileTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile task, and what became of it until now.
 *
 * @param stoppedMillis when it was stopped by hand; null when it was not
 * @param instances by the order in which they were first heard of
 * @param dropped how many of its snapshots were refused here
 */
public record TaskRecord(
    ProfileTask task,
    String service,
    @Nullable Long stoppedMillis,
    List<Instance> instances,
    long dropped) {
  public TaskRecord {
    instances = List.copyOf(instances);
  }

  /**
   * What one instance has to do with a task. Times are by the server's clock.
   *
   * @param notifiedMillis when it was first given the task; null when it never asked
   * @param finishedMillis when it said that it is done; null when it did not
   * @param ours whether it is a Skein agent, which stops when it is told to
   */
  public record Instance(
      String name, @Nullable Long notifiedMillis, @Nullable Long finishedMillis, boolean ours) {}

  /** How far a task is. */
  public enum State {
    /** Its start is still to come. */
    SCHEDULED,
    RUNNING,
    /** Stopped by hand, and not every instance has said that it is done. */
    STOPPING,
    ENDED
  }

  /** Returns how far it is at a moment of the server's clock. */
  public State state(long nowMillis) {
    if (nowMillis >= task.endMillis()) {
      return State.ENDED;
    }
    if (stoppedMillis != null) {
      return instances.stream()
              .allMatch(each -> each.notifiedMillis() == null || each.finishedMillis() != null)
          ? State.ENDED
          : State.STOPPING;
    }
    return nowMillis < task.startMillis() ? State.SCHEDULED : State.RUNNING;
  }
}

package io.skein.wire.grpc;

import io.skein.core.profile.ProfileTask;
import io.skein.core.profile.Profiler;
import io.skein.core.report.ReportLog;
import io.skein.wire.model.Command;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Obeys commands about profile tasks: {@code ProfileTaskQuery}, by which a task is ordered, and our
 * own server's {@code SkeinProfileTaskStop}. Used by the reporter's thread only.
 */
final class ProfileOrders {

  /*
   * When a command was made counts as heard before anybody looks whether the rest of it is good: the
   * backend repeats what is newer than that, so a task that we refuse would come back for ever. All
   * of these times are the backend's; they are compared with each other only, never with our clock.
   *
   * A backend may repeat a task all the same (its serial number is a new one each time), and may
   * tell the end of a task before the task. So the ids of tasks that were heard of, in either way,
   * are remembered for a while.
   */

  /** The command that only a server of ours sends. */
  static final String STOP = "SkeinProfileTaskStop";

  private static final int TASKS_REMEMBERED = 256;

  /** Ids and endpoints are compared and kept; longer ones are nobody's. */
  private static final int MAX_ID = 500;

  private static final int MAX_ENDPOINT = 4000;

  private final Profiler profiler;
  private final int maxMinutes;
  private final Supplier<String> from;
  private final ReportLog log;
  private final Set<String> heard = new LinkedHashSet<>();
  private final Set<String> refused = new LinkedHashSet<>();
  private long lastCommandMillis = -1;

  /** Thrown for what a person at the backend should know; its message is the reason. */
  private static final class BadOrder extends Exception {
    private static final long serialVersionUID = 1L;

    BadOrder(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * @param maxMinutes how long a task may be here; longer ones end earlier
   * @param from who orders, for the log
   */
  ProfileOrders(Profiler profiler, int maxMinutes, Supplier<String> from, ReportLog log) {
    this.profiler = profiler;
    this.maxMinutes = maxMinutes;
    this.from = from;
    this.log = log;
  }

  /** Returns who obeys which command. */
  Map<String, Consumer<Command>> handlers() {
    return Map.of("ProfileTaskQuery", this::task, STOP, this::stop);
  }

  /** Returns when the newest command was made that was heard; -1 before the first. */
  long lastCommandMillis() {
    return lastCommandMillis;
  }

  private void task(Command command) {
    String id = CommandRouter.argument(command, "TaskId");
    try {
      heardAt(command);
      bounded("TaskId", id, MAX_ID);
      if (!id.isEmpty() && heard.contains(id)) {
        return;
      }
      ProfileTask task = task(id, command);
      ProfileTask.Refusal refusal = task.refusal();
      if (refusal != null) {
        throw new BadOrder(refusal.message());
      }
      remember(id);
      String reason = profiler.offer(shortened(task));
      if (reason != null) {
        throw new BadOrder(reason);
      }
    } catch (BadOrder e) {
      refuse(id, String.valueOf(e.getMessage()));
    }
  }

  private void stop(Command command) {
    String id = CommandRouter.argument(command, "TaskId");
    try {
      heardAt(command);
      if (bounded("TaskId", id, MAX_ID).isEmpty()) {
        throw new BadOrder("TaskId of the task to stop is missing");
      }
      remember(id); // should the order to begin still come, it comes too late
      profiler.end(id);
    } catch (BadOrder e) {
      refuse(id, String.valueOf(e.getMessage()));
    }
  }

  private void heardAt(Command command) throws BadOrder {
    long millis = number(command, "CreateTime");
    // A time that cannot be one would make us deaf to all that is newer.
    if (millis > lastCommandMillis && millis <= ProfileTask.MAX_MILLIS) {
      lastCommandMillis = millis;
    }
  }

  private static ProfileTask task(String id, Command command) throws BadOrder {
    return new ProfileTask(
        id,
        bounded("EndpointName", CommandRouter.argument(command, "EndpointName"), MAX_ENDPOINT),
        number(command, "StartTime"),
        smallNumber(command, "Duration"),
        smallNumber(command, "MinDurationThreshold"),
        smallNumber(command, "DumpPeriod"),
        smallNumber(command, "MaxSamplingCount"),
        number(command, "CreateTime"));
  }

  private ProfileTask shortened(ProfileTask task) {
    if (task.durationMinutes() <= maxMinutes) {
      return task;
    }
    log.info(
        "profile task "
            + GrpcStatus.oneLine(task.id())
            + " is for "
            + task.durationMinutes()
            + " minutes; it ends after "
            + maxMinutes
            + ", as skein.profile.minutes has it");
    return new ProfileTask(
        task.id(),
        task.endpoint(),
        task.startMillis(),
        maxMinutes,
        task.minDurationMillis(),
        task.periodMillis(),
        task.maxSamples(),
        task.createMillis());
  }

  private static String bounded(String name, String text, int most) throws BadOrder {
    if (text.length() > most) {
      throw new BadOrder(name + " has " + text.length() + " characters; at most " + most + " do");
    }
    return text;
  }

  private static int smallNumber(Command command, String name) throws BadOrder {
    long number = number(command, name);
    if (number != (int) number) {
      throw new BadOrder(name + " is " + number + ", which is no number of the kind");
    }
    return (int) number;
  }

  private static long number(Command command, String name) throws BadOrder {
    String text = CommandRouter.argument(command, name).trim();
    if (text.isEmpty()) {
      throw new BadOrder(name + " is missing");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadOrder(name + " is \"" + text + "\", which is no number");
    }
  }

  private void remember(String id) {
    heard.add(id);
    CommandRouter.forgetOldest(heard, TASKS_REMEMBERED);
  }

  private void refuse(String id, String reason) {
    String line =
        "profile task "
            + (id.isEmpty() ? "without an id" : GrpcStatus.oneLine(id))
            + " of collector "
            + from.get()
            + " is not carried out: "
            + GrpcStatus.oneLine(reason);
    if (refused.add(line)) { // a backend that does not listen may say it every 20 s
      log.warn(line);
      CommandRouter.forgetOldest(refused, TASKS_REMEMBERED);
    }
  }
}

package io.skein.server.collector;

import io.grpc.Status;
import io.skein.core.profile.ProfileTask;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gives profile tasks to agents that ask, and notes which have finished (profiling, section 1.2).
 * Whoever says by metadata who it is, is a Skein agent, and understands our own command, too.
 */
final class ProfileMethods {
  private static final System.Logger LOG = System.getLogger(ProfileMethods.class.getName());

  private final ProfileTasks tasks;
  private final MessageCounts counts;
  private final InstantSource clock;

  ProfileMethods(ProfileTasks tasks, MessageCounts counts, InstantSource clock) {
    this.tasks = tasks;
    this.counts = counts;
    this.clock = clock;
  }

  /** {@code getProfileTaskCommands}. */
  void commands(byte[] message, UnaryCall call, @Nullable Sender sender)
      throws MalformedMessageException {
    ProfileTaskQuery query = ProfileReader.query(message);
    ProfileTasks.Orders orders =
        tasks.poll(
            query.service(),
            query.instance(),
            query.lastCommandMillis(),
            sender != null,
            clock.millis());
    List<Command> commands = new ArrayList<>();
    orders.tasks().forEach(task -> commands.add(run(task)));
    orders.stops().forEach(stop -> commands.add(stop(stop)));
    byte[] answer = MessageWriter.commands(commands);
    afterwards(
        orders.noted(),
        // Better a task that runs and is not in the log than one that does not run.
        failure -> call.answer(answer));
  }

  private static Command run(ProfileTask task) {
    return new Command(
        "ProfileTaskQuery",
        List.of(
            serialNumber(),
            new KeyValue("TaskId", task.id()),
            new KeyValue("EndpointName", task.endpoint()),
            new KeyValue("Duration", Integer.toString(task.durationMinutes())),
            new KeyValue("MinDurationThreshold", Integer.toString(task.minDurationMillis())),
            new KeyValue("DumpPeriod", Integer.toString(task.periodMillis())),
            new KeyValue("MaxSamplingCount", Integer.toString(task.maxSamples())),
            new KeyValue("StartTime", Long.toString(task.startMillis())),
            new KeyValue("CreateTime", Long.toString(task.createMillis()))));
  }

  private static Command stop(ProfileTasks.Stop stop) {
    return new Command(
        "SkeinProfileTaskStop",
        List.of(
            serialNumber(),
            new KeyValue("TaskId", stop.taskId()),
            new KeyValue("CreateTime", Long.toString(stop.stoppedMillis()))));
  }

  private static KeyValue serialNumber() {
    return new KeyValue("SerialNumber", UUID.randomUUID().toString());
  }

  /** {@code reportTaskFinish}. */
  void finished(byte[] message, UnaryCall call, @Nullable Sender sender)
      throws MalformedMessageException {
    ProfileTaskFinish finish = ProfileReader.finish(message);
    CompletableFuture<Void> noted =
        tasks.finished(
            finish.service(), finish.instance(), finish.taskId(), sender != null, clock.millis());
    if (noted == null) {
      counts.add("profile-finish:unknown-task");
      call.answer(Status.OK);
      return;
    }
    afterwards(
        noted,
        failure ->
            call.answer(
                failure == null
                    ? Status.OK
                    : Status.UNAVAILABLE.withDescription(
                        "the end of the task cannot be written: " + failure.getMessage())));
  }

  private interface Then {
    void done(@Nullable Throwable failure);
  }

  private static void afterwards(CompletableFuture<Void> future, Then then) {
    CompletableFuture<Void> last =
        future.handle(
            (nothing, failure) -> {
              then.done(failure);
              return null;
            });
    if (last.isCompletedExceptionally()) {
      LOG.log(System.Logger.Level.WARNING, "answering an agent about profile tasks failed");
    }
  }
}

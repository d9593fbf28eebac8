import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.skywalking.apm.agent.core.conf.Config;
import org.apache.skywalking.apm.agent.core.logging.core.LogLevel;
import org.apache.skywalking.apm.dependencies.io.grpc.Server;
import org.apache.skywalking.apm.dependencies.io.grpc.netty.NettyServerBuilder;
import org.apache.skywalking.apm.dependencies.io.grpc.stub.StreamObserver;
import org.apache.skywalking.apm.network.common.v3.Commands;
import org.apache.skywalking.apm.network.language.agent.v3.SegmentObject;
import org.apache.skywalking.apm.network.language.agent.v3.TraceSegmentReportServiceGrpc;
import org.apache.skywalking.apm.network.language.profile.v3.ProfileTaskCommandQuery;
import org.apache.skywalking.apm.network.language.profile.v3.ProfileTaskFinishReport;
import org.apache.skywalking.apm.network.language.profile.v3.ProfileTaskGrpc;
import org.apache.skywalking.apm.network.language.profile.v3.ThreadSnapshot;
import org.apache.skywalking.apm.network.management.v3.InstancePingPkg;
import org.apache.skywalking.apm.network.management.v3.InstanceProperties;
import org.apache.skywalking.apm.network.management.v3.ManagementServiceGrpc;
import org.apache.skywalking.apm.network.trace.component.command.ProfileTaskCommand;

/**
 * A backend out of SkyWalking's own parts: its generated services on its gRPC, and its command as
 * its server writes it. What the server does with tasks, this does likewise: it tells those that
 * start within five minutes of now and were made after the time that the agent names, with a new
 * serial number in each answer, and notes who was told and who has ended. It is strict where the
 * server's databases are: the same snapshot twice is an error.
 *
 * <p>Run from its source, with SkyWalking's agent on the class path. Makes a task when it is asked
 * for one by HTTP, and says line by line what happens.
 */
public final class SkyWalkingBackend {
  private static final long WINDOW_MILLIS = TimeUnit.MINUTES.toMillis(5);

  private record Task(
      String id,
      String endpoint,
      int minutes,
      int threshold,
      int period,
      int samples,
      long start,
      long created) {}

  private final Map<String, Task> tasks = new ConcurrentHashMap<>();
  private final Set<String> snapshots = new HashSet<>(); // guarded by this
  private final Map<String, Integer> next = new LinkedHashMap<>(); // guarded by this
  private final AtomicLong lastCreated = new AtomicLong();

  public static void main(String[] args) throws Exception {
    Config.Logging.LEVEL = LogLevel.ERROR;
    new SkyWalkingBackend().run();
  }

  private void run() throws Exception {
    InetAddress local = InetAddress.getLoopbackAddress();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(local, 0))
            .addService(new Profiling())
            .addService(new Traces())
            .addService(new Management())
            .build()
            .start();
    HttpServer http = HttpServer.create(new InetSocketAddress(local, 0), 0);
    http.createContext(
        "/task",
        exchange -> {
          byte[] id = make(exchange.getRequestURI().getRawQuery()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, id.length);
          exchange.getResponseBody().write(id);
          exchange.close();
        });
    http.start();
    say("listening on ports " + server.getPort() + " and " + http.getAddress().getPort());
    while (System.in.read() >= 0) {
      // nobody says anything
    }
    System.exit(0);
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      say("ERROR " + what);
    }
  }

  private String make(String query) throws IOException {
    Map<String, String> given = new LinkedHashMap<>();
    for (String pair : query.split("&")) {
      String[] parts = pair.split("=", 2);
      given.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    long now = lastCreated.updateAndGet(last -> Math.max(last + 1, System.currentTimeMillis()));
    String id = now + "_" + given.get("service") + ".1";
    Task task =
        new Task(
            id,
            given.get("endpoint"),
            Integer.parseInt(given.get("duration")),
            Integer.parseInt(given.get("threshold")),
            Integer.parseInt(given.get("period")),
            Integer.parseInt(given.get("samples")),
            now + Long.parseLong(given.getOrDefault("startsIn", "0")),
            now);
    tasks.put(id, task);
    return id;
  }

  private final class Profiling extends ProfileTaskGrpc.ProfileTaskImplBase {
    @Override
    public void getProfileTaskCommands(
        ProfileTaskCommandQuery query, StreamObserver<Commands> answer) {
      check(!query.getService().isEmpty(), "a question without a service");
      check(!query.getServiceInstance().isEmpty(), "a question without an instance");
      Commands.Builder commands = Commands.newBuilder();
      long now = System.currentTimeMillis();
      for (Task task : tasks.values()) {
        if (task.created > query.getLastCommandTime()
            && Math.abs(task.start - now) <= WINDOW_MILLIS) {
          commands.addCommands(
              new ProfileTaskCommand(
                      UUID.randomUUID().toString(),
                      task.id,
                      task.endpoint,
                      task.minutes,
                      task.threshold,
                      task.period,
                      task.samples,
                      task.start,
                      task.created)
                  .serialize());
          say("notified " + query.getServiceInstance() + " " + task.id);
        }
      }
      say("asked " + query.getLastCommandTime());
      answer.onNext(commands.build());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<ThreadSnapshot> collectSnapshot(StreamObserver<Commands> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ThreadSnapshot snapshot) {
          take(snapshot);
        }

        @Override
        public void onError(Throwable why) {
          say("broken stream of snapshots: " + why);
        }

        @Override
        public void onCompleted() {
          answer.onNext(Commands.getDefaultInstance());
          answer.onCompleted();
        }
      };
    }

    @Override
    public void reportTaskFinish(ProfileTaskFinishReport report, StreamObserver<Commands> answer) {
      check(tasks.containsKey(report.getTaskId()), "the end of an unknown task");
      check(!report.getService().isEmpty(), "an end without a service");
      say("finished " + report.getServiceInstance() + " " + report.getTaskId());
      answer.onNext(Commands.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private synchronized void take(ThreadSnapshot snapshot) {
    String segment = snapshot.getTraceSegmentId();
    check(tasks.containsKey(snapshot.getTaskId()), "a snapshot for " + snapshot.getTaskId());
    check(!segment.isEmpty(), "a snapshot of no segment");
    check(
        snapshots.add(snapshot.getTaskId() + segment + snapshot.getSequence()),
        "the same snapshot twice");
    int expected = next.getOrDefault(segment, 0);
    check(snapshot.getSequence() == expected, "number " + snapshot.getSequence() + ", not " + expected);
    next.put(segment, snapshot.getSequence() + 1);
    check(snapshot.hasStack() && snapshot.getStack().getCodeSignaturesCount() > 0, "an empty stack");
    check(
        Math.abs(System.currentTimeMillis() - snapshot.getTime()) < WINDOW_MILLIS, "a time long ago");
    say(
        "snapshot "
            + segment
            + " "
            + snapshot.getSequence()
            + " "
            + String.join(" ", snapshot.getStack().getCodeSignaturesList()));
  }

  private static final class Traces
      extends TraceSegmentReportServiceGrpc.TraceSegmentReportServiceImplBase {
    @Override
    public StreamObserver<SegmentObject> collect(StreamObserver<Commands> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(SegmentObject segment) {
          int last = segment.getSpansCount() - 1;
          say(
              "segment "
                  + segment.getTraceSegmentId()
                  + " "
                  + segment.getSpans(last).getOperationName());
        }

        @Override
        public void onError(Throwable why) {
          say("broken stream of segments: " + why);
        }

        @Override
        public void onCompleted() {
          answer.onNext(Commands.getDefaultInstance());
          answer.onCompleted();
        }
      };
    }
  }

  private static final class Management extends ManagementServiceGrpc.ManagementServiceImplBase {
    @Override
    public void reportInstanceProperties(
        InstanceProperties properties, StreamObserver<Commands> answer) {
      answer.onNext(Commands.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void keepAlive(InstancePingPkg ping, StreamObserver<Commands> answer) {
      answer.onNext(Commands.getDefaultInstance());
      answer.onCompleted();
    }
  }
}

package io.skein.server.collector;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.TraceStore;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.ManagementReader;
import io.skein.wire.decode.SegmentReader;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods this server has, made by hand: a path, a marshaller of bytes, and what happens.
 *
 * <p>Methods of {@code skywalking.v3} are served a second time without the package, as some agents
 * call them.
 *
 * <p><b>Data that is not kept.</b> A Java agent that gets UNIMPLEMENTED from the meter or the
 * profile service stops that service for the life of its process, and logs an error every 20 s for
 * dynamic configuration. So the methods that agents call unasked take everything, count it, and
 * answer with no commands. What is only called on a server's order that we never give (uploads of
 * Go's profiles and of async-profiler's) stays UNIMPLEMENTED: nobody was told to send it.
 */
final class Methods extends HandlerRegistry {
  private static final String V3 = "skywalking.v3.";
  private static final String NOT_KEPT = "not-kept-yet:";

  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private final TraceStore store;
  private final SegmentIntake intake;
  private final OpenCalls calls;
  private final MessageCounts counts;
  private final InstantSource clock;

  Methods(
      TraceStore store,
      SegmentIntake intake,
      OpenCalls calls,
      MessageCounts counts,
      InstantSource clock) {
    this.store = store;
    this.intake = intake;
    this.calls = calls;
    this.counts = counts;
    this.clock = clock;
    traces();
    management();
    profiles();
    notKept();
  }

  private void traces() {
    both(
        "TraceSegmentReportService/collect",
        (call, sender) -> new SegmentStream(call, calls, counts, intake, sender));
    unary("TraceSegmentReportService/collectInSync", this::batch);
  }

  private void batch(byte[] message, UnaryCall call, @Nullable Sender sender)
      throws MalformedMessageException {
    List<byte[]> segments = SegmentReader.collection(message);
    Tally tally = new Tally("segments");
    tally.received(segments.size());
    for (byte[] segment : segments) {
      intake.take(
          segment,
          sender,
          outcome -> {
            if (tally.answered(outcome)) {
              call.answer(tally.verdict());
            }
          });
    }
    if (tally.complete()) {
      call.answer(tally.verdict());
    }
  }

  private void management() {
    unary(
        "ManagementService/reportInstanceProperties",
        (message, call, sender) -> {
          store.properties(ManagementReader.instanceProperties(message), clock.millis());
          call.answer(Status.OK);
        });
    unary(
        "ManagementService/keepAlive",
        (message, call, sender) -> {
          store.ping(ManagementReader.instancePing(message), clock.millis());
          call.answer(Status.OK);
        });
  }

  private void profiles() {
    ProfileMethods profiles = new ProfileMethods(store.profileTasks(), counts, clock);
    SnapshotIntake snapshots = new SnapshotIntake(store, counts, clock);
    unary("ProfileTask/getProfileTaskCommands", profiles::commands);
    unary("ProfileTask/reportTaskFinish", profiles::finished);
    both(
        "ProfileTask/collectSnapshot",
        (call, sender) -> new SnapshotStream(call, calls, counts, snapshots, sender));
  }

  private void notKept() {
    drop("JVMMetricReportService/collect", "jvm-metrics");
    drop("CLRMetricReportService/collect", "clr-metrics");
    drop("MeterReportService/collect", "meters");
    drop("MeterReportService/collectBatch", "meters");
    drop("LogReportService/collect", "logs");
    drop("EventService/collect", "events");
    drop("SpanAttachedEventReportService/collect", "span-attached-events");
    drop("BrowserPerfService/collectPerfData", "browser-performance");
    drop("BrowserPerfService/collectWebVitalsPerfData", "browser-performance");
    drop("BrowserPerfService/collectResourcePerfData", "browser-performance");
    drop("BrowserPerfService/collectWebInteractionsPerfData", "browser-performance");
    drop("BrowserPerfService/collectErrorLogs", "browser-errors");
    // Questions to which the answer is: nothing for you to do.
    noOrders(V3 + "ConfigurationDiscoveryService/fetchConfigurations");
    noOrders("skywalking.v10.AsyncProfilerTask/getAsyncProfilerTaskCommands");
    noOrders("skywalking.v10.PprofTask/getPprofTaskCommands");
  }

  private interface Opener {
    OpenCall open(ServerCall<Incoming, byte[]> call, @Nullable Sender sender);
  }

  private interface Unary {
    void handle(byte[] message, UnaryCall call, @Nullable Sender sender)
        throws MalformedMessageException;
  }

  private void unary(String name, Unary action) {
    both(
        name,
        (call, sender) ->
            new UnaryCall(
                call, calls, counts, (message, open) -> action.handle(message, open, sender)));
  }

  private void both(String name, Opener opener) {
    add(V3 + name, Incoming.KEEPING, opener);
    add(name, Incoming.KEEPING, opener);
  }

  private void drop(String name, String kind) {
    Opener opener = (call, sender) -> new UnkeptStream(call, calls, counts, NOT_KEPT + kind);
    add(V3 + name, Incoming.DISCARDING, opener);
    add(name, Incoming.DISCARDING, opener);
  }

  private void noOrders(String path) {
    add(path, Incoming.DISCARDING, (call, sender) -> new UnkeptStream(call, calls, counts, ""));
  }

  private void add(String path, MethodDescriptor.Marshaller<Incoming> requests, Opener opener) {
    MethodDescriptor<Incoming, byte[]> method =
        MethodDescriptor.<Incoming, byte[]>newBuilder()
            // Unary ones too: what is wrong with the number of messages is for us to say.
            .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
            .setFullMethodName(path)
            .setRequestMarshaller(requests)
            .setResponseMarshaller(new Answers())
            .build();
    ServerCallHandler<Incoming, byte[]> handler =
        (call, headers) -> opener.open(call, sender(headers)).open();
    methods.put(path, ServerMethodDefinition.create(method, handler));
  }

  /** Who calls; what an agent says about itself is kept on the way. */
  private @Nullable Sender sender(Metadata headers) {
    Sender sender = Sender.of(headers);
    String account = headers.get(Sender.ACCOUNT);
    if (account != null) {
      AccountHeader.Figures figures = AccountHeader.parse(account);
      if (figures == null || sender == null) {
        counts.add("bad-account");
      } else {
        store.account(
            new AgentAccount(
                sender.service(),
                sender.instance(),
                figures.processId(),
                figures.values(),
                clock.millis()));
      }
    }
    return sender;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String path, @Nullable String authority) {
    ServerMethodDefinition<?, ?> method = methods.get(path);
    if (method == null) {
      counts.add("unknown-method");
    }
    return method;
  }
}

package io.skein.server.collector;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.skein.server.storage.TraceStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gRPC server that agents report to.
 *
 * <pre>
 * transport threads      handling threads              skein-ingest        store's thread
 * bytes -> messages  ->  decode, weigh, put (waits) -> append in batches -> outcomes -> answer
 *   InboundMemory          SegmentIntake                 Ingest               Tally
 * </pre>
 *
 * <p>Everything on the way is bounded: connections, calls, bytes of arriving messages, heap of
 * decoded segments. Methods are safe for use by several threads.
 */
public final class Collector implements AutoCloseable {
  // Handling is decoding, which is work, and waiting for the store, which is rare: a few threads
  // more than processors.
  private static final int HANDLERS = Runtime.getRuntime().availableProcessors() + 2;

  private final CollectorSettings settings;
  private final MessageCounts counts = new MessageCounts();
  private final Ingest ingest;
  private final OpenCalls calls;
  private final InboundMemory memory;
  private final EventLoopGroup acceptors = loops("skein-grpc-accept", 1);
  private final EventLoopGroup workers =
      loops("skein-grpc", Math.max(2, Runtime.getRuntime().availableProcessors()));
  private final ExecutorService handlers;
  private final Server server;

  public Collector(CollectorSettings settings, TraceStore store, InstantSource clock) {
    this.settings = settings;
    ingest = new Ingest(store, settings.inboundBytes());
    calls = new OpenCalls(settings.maxStreams());
    memory = new InboundMemory(settings.inboundBytes());
    handlers = handlers();
    SegmentIntake intake = new SegmentIntake(ingest, store, counts, clock);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(settings.bindAddress(), settings.port()))
            .channelFactory(() -> new BoundedServerChannel(settings.maxConnections(), counts))
            .bossEventLoopGroup(acceptors)
            .workerEventLoopGroup(workers)
            .executor(handlers)
            .fallbackHandlerRegistry(new Methods(store, intake, calls, counts, clock))
            .addStreamTracerFactory(memory)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .maxInboundMetadataSize(16 << 10)
            .maxConcurrentCallsPerConnection(settings.maxStreamsPerConnection())
            // What a connection may send before anybody reads it, so also what each of a thousand
            // idle ones can make us hold.
            .initialFlowControlWindow(256 << 10)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            // Finds half-open connections: a peer that does not answer a ping is gone.
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .maxConnectionIdle(1, TimeUnit.HOURS)
            // Agents of other languages ping as often as their library likes; that is no attack.
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxRstFramesPerWindow(2000, 30);
    String token = settings.token();
    if (token != null) {
      builder.intercept(new TokenCheck(token, counts));
    }
    builder.intercept(new ServerHeader()); // the last one is asked first
    server = builder.build();
  }

  /**
   * Listens from now on.
   *
   * @throws IOException when the address cannot be bound
   */
  public void start() throws IOException {
    server.start();
  }

  /** The port bound, which matters when the settings said 0. */
  public int port() {
    return server.getPort();
  }

  public CollectorSettings settings() {
    return settings;
  }

  /** Messages that never became segments, by reason, since the start. */
  public MessageCounts messageCounts() {
    return counts;
  }

  /** Calls open now. */
  public int openCalls() {
    return calls.size();
  }

  /** Bytes of messages that have arrived, in part or whole, and are not handled yet. */
  public long arrivingBytes() {
    return memory.used();
  }

  /**
   * Takes no new calls, gives the open ones two seconds, hands what arrived to the store. Takes ten
   * seconds at most. The store stays open.
   */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    ingest.close();
    handlers.shutdown();
    Future<?> acceptorsDone = acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    Future<?> workersDone = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    try {
      handlers.awaitTermination(1, TimeUnit.SECONDS);
      acceptorsDone.await(1, TimeUnit.SECONDS);
      workersDone.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static EventLoopGroup loops(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  private static ExecutorService handlers() {
    // The queue needs no bound of its own: gRPC has one task per call at most, and calls are
    // bounded.
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            HANDLERS,
            HANDLERS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "skein-handle-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}

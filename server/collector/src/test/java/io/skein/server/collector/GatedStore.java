package io.skein.server.collector;

import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.TraceStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A store that answers only when the test lets it, or that refuses everything. */
final class GatedStore {
  final InMemoryTraceStore memory = new InMemoryTraceStore();
  final AtomicLong appended = new AtomicLong();
  private final List<Runnable> held = new ArrayList<>();
  private boolean open = true;
  private Outcome.@Nullable Refused refusal;

  /** The store as the collector sees it. */
  TraceStore store() {
    return (TraceStore)
        Proxy.newProxyInstance(
            GatedStore.class.getClassLoader(),
            new Class<?>[] {TraceStore.class},
            (proxy, method, args) -> {
              if (method.getName().equals("append")) {
                @SuppressWarnings("unchecked") // by the signature of append
                List<ReceivedSegment> batch = (List<ReceivedSegment>) args[0];
                return append(batch);
              }
              try {
                return method.invoke(memory, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private synchronized CompletableFuture<List<Outcome>> append(List<ReceivedSegment> batch) {
    appended.addAndGet(batch.size());
    if (refusal != null) {
      List<Outcome> outcomes = new ArrayList<>();
      batch.forEach(segment -> outcomes.add(refusal));
      return CompletableFuture.completedFuture(outcomes);
    }
    if (open) {
      return memory.append(batch);
    }
    CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();
    held.add(() -> answer.complete(memory.append(batch).join()));
    return answer;
  }

  synchronized void hold() {
    open = false;
  }

  void release() {
    List<Runnable> now;
    synchronized (this) {
      open = true;
      now = List.copyOf(held);
      held.clear();
    }
    now.forEach(Runnable::run);
  }

  synchronized void refuse(Outcome.@Nullable Refused with) {
    refusal = with;
  }
}

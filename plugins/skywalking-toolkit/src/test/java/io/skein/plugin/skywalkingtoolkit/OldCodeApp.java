package io.skein.plugin.skywalkingtoolkit;

import io.skein.testing.app.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.skywalking.apm.toolkit.trace.ActiveSpan;
import org.apache.skywalking.apm.toolkit.trace.CarrierItemRef;
import org.apache.skywalking.apm.toolkit.trace.ContextCarrierRef;
import org.apache.skywalking.apm.toolkit.trace.ContextSnapshotRef;
import org.apache.skywalking.apm.toolkit.trace.SpanRef;
import org.apache.skywalking.apm.toolkit.trace.TraceContext;
import org.apache.skywalking.apm.toolkit.trace.Tracer;

/** Uses SkyWalking's toolkit, as its documentation shows it. */
public final class OldCodeApp implements OldCode {
  private interface Body {
    void run() throws Exception;
  }

  private static void inRequest(Body body) throws Exception {
    Probe.entry(
        "request",
        () -> {
          body.run();
          return "";
        });
  }

  private static void inThread(Runnable work) throws InterruptedException {
    Thread thread = new Thread(work, "by hand");
    thread.start();
    thread.join();
  }

  @Override
  public List<String> ids() throws Exception {
    List<String> ids = new ArrayList<>();
    Body body =
        () -> {
          ids.add(TraceContext.traceId());
          ids.add(TraceContext.segmentId());
          ids.add(String.valueOf(TraceContext.spanId()));
        };
    inRequest(body);
    body.run();
    return ids;
  }

  @Override
  public List<String> correlation() throws Exception {
    List<String> answers = new ArrayList<>();
    inRequest(
        () -> {
          answers.add(TraceContext.putCorrelation("tenant", "blue").orElse("none"));
          answers.add(TraceContext.putCorrelation("tenant", "green").orElse("none"));
          answers.add(TraceContext.getCorrelation("tenant").orElse("none"));
          answers.add(TraceContext.getCorrelation("nothing").orElse("none"));
        });
    return answers;
  }

  @Override
  public void activeSpan() throws Exception {
    inRequest(
        () ->
            Probe.local(
                "local",
                () -> {
                  ActiveSpan.tag("key", "value");
                  ActiveSpan.error();
                  ActiveSpan.error("it broke");
                  ActiveSpan.error(new IOException("no ink"));
                  ActiveSpan.debug("in detail");
                  ActiveSpan.info("in short");
                  ActiveSpan.setOperationName("renamed");
                  return "";
                }));
  }

  @Override
  public void outsideOfAnySpan() {
    ActiveSpan.tag("key", "value");
    ActiveSpan.error(new IOException("no ink"));
    Tracer.stopSpan();
    Tracer.continued(Tracer.capture());
  }

  private static Map<String, String> headers(ContextCarrierRef carrier) {
    Map<String, String> headers = new HashMap<>();
    CarrierItemRef next = carrier.items();
    while (next.hasNext()) {
      next = next.next();
      headers.put(next.getHeadKey(), next.getHeadValue());
    }
    return headers;
  }

  private static ContextCarrierRef carrier(Map<String, String> headers) {
    ContextCarrierRef carrier = new ContextCarrierRef();
    CarrierItemRef next = carrier.items();
    while (next.hasNext()) {
      next = next.next();
      next.setHeadValue(headers.get(next.getHeadKey()));
    }
    return carrier;
  }

  @Override
  public Map<String, String> spans() {
    SpanRef entry = Tracer.createEntrySpan("entry", null);
    entry.tag("key", "value");
    SpanRef local = Tracer.createLocalSpan("local");
    local.log(Map.of("event", "picked", "shelf", 7));
    Tracer.stopSpan();
    ContextCarrierRef carrier = new ContextCarrierRef();
    SpanRef exit = Tracer.createExitSpan("exit", carrier, "other:1");
    exit.log(new IOException("refused"));
    Tracer.stopSpan();
    Tracer.stopSpan();
    return headers(carrier);
  }

  @Override
  public Map<String, String> injected() {
    ContextCarrierRef carrier = new ContextCarrierRef();
    Tracer.createExitSpan("exit", "other:1");
    Tracer.inject(carrier);
    Tracer.stopSpan();
    return headers(carrier);
  }

  @Override
  public void continued(Map<String, String> headers) {
    Tracer.createEntrySpan("continued", carrier(headers));
    Tracer.stopSpan();
  }

  @Override
  public void extracted(Map<String, String> headers) {
    Tracer.createEntrySpan("extracted", null);
    Tracer.extract(carrier(headers));
    Tracer.stopSpan();
  }

  @Override
  public void insideOfARequest() throws Exception {
    inRequest(
        () -> {
          Tracer.createLocalSpan("by hand");
          Probe.local("by the agent");
          Tracer.stopSpan();
          Probe.local("afterwards");
        });
  }

  @Override
  public void async() throws Exception {
    SpanRef[] async = new SpanRef[1];
    inRequest(
        () -> {
          SpanRef span = Tracer.createLocalSpan("async");
          async[0] = span.prepareForAsync();
          if (async[0] != span) {
            throw new IllegalStateException("another object");
          }
          Tracer.stopSpan();
        });
    inThread(
        () -> {
          async[0].tag("late", "yes");
          async[0].asyncFinish();
        });
  }

  @Override
  public void capture() throws Exception {
    ContextSnapshotRef[] place = new ContextSnapshotRef[1];
    inRequest(() -> place[0] = Tracer.capture());
    inThread(
        () -> {
          Tracer.createLocalSpan("continued");
          Tracer.continued(place[0]);
          Tracer.stopSpan();
        });
  }

  @Override
  public void stopsTooOften() throws Exception {
    inRequest(
        () -> {
          Tracer.createLocalSpan("local");
          Tracer.stopSpan();
          Tracer.stopSpan();
          Probe.local("still inside");
        });
  }

  @Override
  public void nonsense() {
    Tracer.continued(null);
    Tracer.extract(null);
    Tracer.inject(null);
    SpanRef stranger = new SpanRef();
    stranger.tag(null, null);
    stranger.log((Throwable) null);
    stranger.log((Map<String, ?>) null);
    stranger.asyncFinish();
    CarrierItemRef item = new CarrierItemRef();
    item.setHeadValue("x");
    headers(new ContextCarrierRef());
    TraceContext.putCorrelation(null, null);
    TraceContext.getCorrelation(null);
    ActiveSpan.tag(null, null);
  }
}

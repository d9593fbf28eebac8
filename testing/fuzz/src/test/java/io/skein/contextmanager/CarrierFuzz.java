package io.skein.contextmanager;

import io.skein.core.HeaderFuzz;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;

/**
 * Lines of {@code name=value}, or a header's text alone. What the facade takes for a header has to
 * be one for the tracer, too, and says the same there.
 */
public final class CarrierFuzz {
  private CarrierFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    ContextCarrier all = new ContextCarrier();
    for (int i = 0; i < 8 && input.hasMore(); i++) {
      String line = input.line();
      int equals = line.indexOf('=');
      String name = equals < 0 ? "sw8" : line.substring(0, equals);
      String value = line.substring(equals + 1);
      one(value);
      all.set(name, value);
      check(all);
    }
    new ContextCarrier().set(null, "x").set("sw8", null).deserialize(null);
  }

  private static void one(String text) {
    ContextCarrier carrier = new ContextCarrier().deserialize(text);
    check(carrier);
    String[] parts = HeaderFuzz.parts(text.strip());
    if (parts != null) {
      Check.that(carrier.isValid(), "the tracer can read a header that the facade cannot");
      if (parts.length > 0) {
        Check.equal(carrier.getTraceId(), parts[0], "trace id");
      }
    }
  }

  private static void check(ContextCarrier carrier) {
    String text = carrier.serialize();
    Check.equal(carrier.isValid(), !text.isEmpty(), "whether there is a trace to continue");
    carrier.items().forEach((name, value) -> Check.headerSafe(value, name));
    if (carrier.isValid()) {
      String[] parts = HeaderFuzz.parts(text);
      Check.that(parts != null, "the facade says valid, and the tracer cannot read: " + text);
      if (parts.length > 0) {
        Check.equal(carrier.getTraceId(), parts[0], "trace id");
      }
      Check.equal(new ContextCarrier().deserialize(text).serialize(), text, "read again");
    } else {
      Check.equal(carrier.getTraceId(), "", "trace id of nothing");
    }
  }
}

package io.skein.wire.grpc;

import io.skein.core.profile.ProfileTask;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerSettings;
import io.skein.core.report.ReportLog;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What a backend may answer: a digit, and then either bytes, or lines, of which one without an
 * equals sign begins a command and the others are its arguments. The answer is given twice, as it
 * is when a call is repeated.
 */
public final class OrdersFuzz {
  private static final int LONGEST_LINE = 700;

  private OrdersFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    Input input = new Input(data);
    byte[] answer = input.flag() ? input.rest() : MessageWriter.commands(commands(input));
    ReportLog log =
        new ReportLog() {
          @Override
          public void info(String message) {
            line(message);
          }

          @Override
          public void warn(String message) {
            line(message);
          }
        };
    try (Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, log)) {
      ProfileOrders orders = new ProfileOrders(profiler, 5, () -> "collector", log);
      CommandRouter router = new CommandRouter(orders.handlers(), () -> "collector", log);
      router.receive(answer);
      long last = orders.lastCommandMillis();
      Check.that(last >= -1 && last <= ProfileTask.MAX_MILLIS, "deaf from " + last + " on");
      router.receive(answer);
      Check.equal(orders.lastCommandMillis(), last, "the time of the last command");
    }
  }

  private static void line(String message) {
    Check.that(message.length() <= LONGEST_LINE, "a line of " + message.length());
    Check.that(message.indexOf('\n') < 0 && message.indexOf('\r') < 0, "two lines: " + message);
  }

  private static List<Command> commands(Input input) {
    List<Command> commands = new ArrayList<>();
    String name = null;
    List<KeyValue> args = new ArrayList<>();
    while (input.hasMore()) {
      String line = input.line();
      int equals = line.indexOf('=');
      if (equals >= 0) {
        args.add(new KeyValue(line.substring(0, equals), line.substring(equals + 1)));
        continue;
      }
      if (name != null) {
        commands.add(new Command(name, args));
        args = new ArrayList<>();
      }
      name = line;
    }
    if (name != null) {
      commands.add(new Command(name, args));
    }
    return commands;
  }
}

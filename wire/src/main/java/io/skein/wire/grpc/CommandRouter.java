package io.skein.wire.grpc;

import io.skein.core.report.ReportLog;
import io.skein.wire.decode.CommandsReader;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Hands the commands of answers to whom they concern, by name. Any call's answer may have some.
 *
 * <p>A command comes twice when an answer is repeated: its serial number tells. Names that nobody
 * here knows are said once each; a newer backend has more of them than we do. Used by the
 * reporter's thread only.
 */
final class CommandRouter {

  /** SkyWalking's agents remember 64; a backend gives a task a new number with each answer. */
  private static final int SERIAL_NUMBERS = 256;

  /** How many unknown names are told; one who invents more is not worth the log. */
  private static final int NAMES_TOLD = 32;

  private static final int MAX_SERIAL_NUMBER = 200;

  /**
   * Of one answer's commands those that end something come first, wherever they stand: what begins
   * in the same answer may need the place.
   */
  private static final Set<String> FIRST = Set.of(ProfileOrders.STOP);

  private final Map<String, Consumer<Command>> handlers;
  private final Supplier<String> from;
  private final ReportLog log;
  private final Set<String> done = new LinkedHashSet<>();
  private final Set<String> told = new LinkedHashSet<>();
  private boolean toldMalformed;

  /**
   * @param from who sends them, for the log
   */
  CommandRouter(Map<String, Consumer<Command>> handlers, Supplier<String> from, ReportLog log) {
    this.handlers = Map.copyOf(handlers);
    this.from = from;
    this.log = log;
  }

  /** Reads an answer and obeys what is in it. Never throws. */
  void receive(byte[] answer) {
    List<Command> commands;
    try {
      commands = CommandsReader.commands(answer);
    } catch (MalformedMessageException e) {
      if (!toldMalformed) {
        toldMalformed = true;
        log.warn(
            "collector "
                + from.get()
                + " answers with what is no list of commands ("
                + GrpcStatus.oneLine(String.valueOf(e.getMessage()))
                + "): such answers are read over");
      }
      return;
    }
    for (boolean first : new boolean[] {true, false}) {
      for (Command command : commands) {
        if (FIRST.contains(command.name()) == first) {
          obey(command);
        }
      }
    }
  }

  private void obey(Command command) {
    Consumer<Command> handler = handlers.get(command.name());
    if (handler == null) {
      unknown(command.name());
      return;
    }
    String serial = argument(command, "SerialNumber");
    if (!serial.isEmpty() && serial.length() <= MAX_SERIAL_NUMBER) {
      if (!done.add(command.name() + ' ' + serial)) {
        return;
      }
      forgetOldest(done, SERIAL_NUMBERS);
    }
    handler.accept(command);
  }

  private void unknown(String name) {
    if (told.size() < NAMES_TOLD && told.add(GrpcStatus.oneLine(name))) {
      log.warn(
          "collector "
              + from.get()
              + " sends the command \""
              + GrpcStatus.oneLine(name)
              + "\", which this agent does not know: it is read over, now and later");
    }
  }

  /** Returns the first argument of this name; empty when there is none. */
  static String argument(Command command, String name) {
    for (KeyValue argument : command.args()) {
      if (argument.key().equals(name)) {
        return argument.value();
      }
    }
    return "";
  }

  static void forgetOldest(Set<String> set, int most) {
    if (set.size() > most) {
      set.remove(set.iterator().next());
    }
  }
}

package io.skein.wire.decode;

import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code Commands}, the answer to every call (wire-v3, section 2). */
public final class CommandsReader {
  // Two bytes are an empty command; what is honest is a handful, each with ten arguments.
  private static final int MAX_ELEMENTS = 10_000;

  private final ProtoReader in;
  private int elements;

  private CommandsReader(byte[] bytes) {
    this.in = new ProtoReader(bytes);
  }

  /** Returns the commands in the order in which they stand; no bytes are none. */
  public static List<Command> commands(byte[] bytes) throws MalformedMessageException {
    return new CommandsReader(bytes).commands();
  }

  private List<Command> commands() throws MalformedMessageException {
    List<Command> commands = new ArrayList<>();
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        int outer = enterElement();
        commands.add(command());
        in.leave(outer);
      } else {
        in.skip();
      }
    }
    return commands;
  }

  private Command command() throws MalformedMessageException {
    String name = "";
    List<KeyValue> args = new ArrayList<>();
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        name = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        int outer = enterElement();
        args.add(SegmentReader.keyValueBody(in));
        in.leave(outer);
      } else {
        in.skip();
      }
    }
    return new Command(name, args);
  }

  private int enterElement() throws MalformedMessageException {
    if (++elements > MAX_ELEMENTS) {
      throw new MalformedMessageException(
          MalformedMessageException.TOO_MANY,
          "more than " + MAX_ELEMENTS + " commands and arguments in one answer");
    }
    return in.enter();
  }
}

package io.skein.wire.model;

import java.util.List;

/** An order to an agent; every answer of the protocol is a list of these, mostly empty. */
public record Command(String name, List<KeyValue> args) {
  public Command {
    args = List.copyOf(args);
  }
}

package io.skein.wire.grpc;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a collector listens.
 *
 * @param host a name or an address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record CollectorAddress(String host, int port) {

  /** SkyWalking's own. */
  static final int DEFAULT_PORT = 11800;

  /**
   * Reads {@code host:port,host2:port2}. A missing port is 11800; an IPv6 address stands in
   * brackets.
   *
   * @throws IllegalArgumentException naming the part that cannot be read
   */
  public static List<CollectorAddress> parseList(String text) {
    List<CollectorAddress> addresses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String trimmed = part.trim();
      if (!trimmed.isEmpty()) {
        addresses.add(parse(trimmed));
      }
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException(
          "no collector address in \"" + text + "\"; expected host:port[,host:port]");
    }
    return List.copyOf(addresses);
  }

  private static CollectorAddress parse(String text) {
    String host;
    String port;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0) {
        throw unreadable(text, "the bracket is not closed");
      }
      host = text.substring(1, end);
      String rest = text.substring(end + 1);
      if (!rest.isEmpty() && !rest.startsWith(":")) {
        throw unreadable(text, "a colon and the port follow the bracket");
      }
      port = rest.isEmpty() ? "" : rest.substring(1);
    } else {
      int colon = text.indexOf(':');
      if (text.contains("://")) {
        throw unreadable(text, "the address has no scheme");
      }
      if (colon != text.lastIndexOf(':')) {
        throw unreadable(text, "an IPv6 address stands in brackets: [::1]:11800");
      }
      host = colon < 0 ? text : text.substring(0, colon);
      port = colon < 0 ? "" : text.substring(colon + 1);
    }
    if (host.isEmpty()) {
      throw unreadable(text, "the host is missing");
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '/' || c == '@') {
        throw unreadable(text, "a host has no character " + (int) c);
      }
    }
    return new CollectorAddress(host, port.isEmpty() ? DEFAULT_PORT : port(text, port));
  }

  private static int port(String text, String digits) {
    int port;
    try {
      port = Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw unreadable(text, "the port is not a number");
    }
    if (port < 1 || port > 65535) {
      throw unreadable(text, "a port is from 1 to 65535");
    }
    return port;
  }

  private static IllegalArgumentException unreadable(String text, String why) {
    return new IllegalArgumentException(
        "collector address \"" + text + "\" cannot be read: " + why + "; expected host:port");
  }

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}

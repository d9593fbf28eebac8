package io.skein.core.http;

import org.jspecify.annotations.Nullable;

/**
 * The address of the other side as {@code host:port}. The port is always there: SkyWalking's
 * backend finds a service by exactly this text, and {@code host}, {@code host:80} and {@code
 * host:-1} would be three services (T32).
 */
public final class HttpPeer {
  private static final RecentTexts ADDRESSES = new RecentTexts();

  /** The texts of ports, which a service calls few of. */
  private static final int PORTS = 64; // a power of two

  private static final @Nullable Port[] PORT_TEXTS = new Port[PORTS];

  private record Port(int number, String text) {}

  private HttpPeer() {}

  /**
   * The address.
   *
   * @param scheme decides the port where none is given; 80 unless it is {@code https} or {@code
   *     wss}
   * @param host a name, an IPv4 address, or an IPv6 address with or without brackets
   * @param port 0 or less: none is given
   * @return null without a host
   */
  public static @Nullable String of(@Nullable String scheme, @Nullable String host, int port) {
    if (host == null || host.isEmpty()) {
      return null;
    }
    boolean bareIpv6 = host.indexOf(':') >= 0 && host.charAt(0) != '[';
    String name = bareIpv6 ? "[" + host + "]" : host;
    return ADDRESSES.joined(name, ":", text(port > 0 ? port : defaultPort(scheme)));
  }

  private static String text(int port) {
    Port known = PORT_TEXTS[port & (PORTS - 1)];
    if (known == null || known.number != port) {
      known = new Port(port, Integer.toString(port));
      PORT_TEXTS[port & (PORTS - 1)] = known; // read by other threads or not: it is immutable
    }
    return known.text;
  }

  private static int defaultPort(@Nullable String scheme) {
    return "https".equalsIgnoreCase(scheme) || "wss".equalsIgnoreCase(scheme) ? 443 : 80;
  }
}

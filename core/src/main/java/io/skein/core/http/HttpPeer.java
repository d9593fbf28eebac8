package io.skein.core.http;

import org.jspecify.annotations.Nullable;

/**
 * The address of the other side as {@code host:port}. The port is always there: SkyWalking's
 * backend finds a service by exactly this text, and {@code host}, {@code host:80} and {@code
 * host:-1} would be three services (T32).
 */
public final class HttpPeer {
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
    return name + ":" + (port > 0 ? port : defaultPort(scheme));
  }

  private static int defaultPort(@Nullable String scheme) {
    return "https".equalsIgnoreCase(scheme) || "wss".equalsIgnoreCase(scheme) ? 443 : 80;
  }
}

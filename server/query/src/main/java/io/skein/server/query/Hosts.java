package io.skein.server.query;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Under which names a browser may reach this server.
 *
 * <p>The answers need no password when the server listens on the user's own machine, so the browser
 * must be kept from reading them for somebody else: a page of evil.example whose name suddenly
 * resolves to 127.0.0.1 is same-origin with us as far as the browser can see, but it still sends
 * its own name as Host. Addresses need no check, because nobody can rebind those.
 */
final class Hosts {
  private final Set<String> names = new HashSet<>();

  Hosts(Set<String> allowed) {
    for (String name : allowed) {
      names.add(name.toLowerCase(Locale.ROOT));
    }
  }

  /**
   * Whether the host may be answered.
   *
   * @param host without port; null when the request has none, which no browser sends
   */
  boolean allows(@Nullable String host) {
    if (host == null || host.isEmpty()) {
      return true;
    }
    String name = host.toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || isAddress(name)
        || names.contains(name);
  }

  private static boolean isAddress(String name) {
    if (name.startsWith("[") || name.indexOf(':') >= 0) {
      return true;
    }
    // A last label of digits only cannot be a name of the domain name system.
    return name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  }
}

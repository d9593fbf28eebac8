package io.skein.core;

import org.jspecify.annotations.Nullable;

/**
 * Reads one header of a request or message that came in.
 *
 * @param <C> the library's request or message
 */
@FunctionalInterface
public interface CarrierReader<C> {
  /**
   * The first value of a header, or null. The name is given in lower case and must be found
   * whatever case the sender used: HTTP/1.1 keeps it, HTTP/2 lowers it, some proxies capitalise it.
   */
  @Nullable String get(C carrier, String lowerCaseName);
}

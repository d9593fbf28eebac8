package io.skein.core;

/**
 * Writes one header into a request or message that goes out.
 *
 * @param <C> the library's request or message
 */
@FunctionalInterface
public interface CarrierWriter<C> {
  /**
   * Sets a header and <b>replaces</b> an earlier value. With appending, a request that is sent
   * again after a failure carries two contexts, and receivers take the first, which is the wrong
   * one.
   */
  void set(C carrier, String name, String value);
}

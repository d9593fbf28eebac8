package io.skein.api;

/**
 * Something that holds in one thread until it is closed there. Closing twice, in the wrong order or
 * in another thread is harmless.
 */
public interface Scope extends AutoCloseable {
  @Override
  void close();
}

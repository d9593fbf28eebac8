package io.skein.core;

/** Something that holds in one thread until it is closed there. Closing twice is harmless. */
public interface Scope extends AutoCloseable {
  @Override
  void close();
}

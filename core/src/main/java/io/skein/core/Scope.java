package io.skein.core;

/** Something that holds in one thread until it is closed there. Closing twice is harmless. */
public interface Scope extends io.skein.api.Scope {
  @Override
  void close();
}

package io.skein.agent.plugin;

/** As {@link TypeWeaver}, for the subtypes of a type. */
public interface SubtypeWeaver extends TypeWeaver {
  /**
   * Passes over the classes whose full name begins with one of these texts, before anything of them
   * is read: wrappers, inside of which the same advice is called anyway.
   *
   * @param namePrefixes for instance {@code com.zaxxer.hikari.}, as {@link Class#getName()} writes
   *     it
   */
  SubtypeWeaver except(String... namePrefixes);
}

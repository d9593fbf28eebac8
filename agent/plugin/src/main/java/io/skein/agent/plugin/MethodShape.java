package io.skein.agent.plugin;

import java.util.List;

/**
 * What can be known of a method without loading the types it names.
 *
 * @param access the access flags of the class file
 * @param name the method's name, {@code <init>} for a constructor
 * @param argumentTypes the declared types, as {@link Class#getTypeName()} writes them
 * @param returnType likewise; {@code void} for none
 */
public record MethodShape(int access, String name, List<String> argumentTypes, String returnType) {
  public MethodShape {
    argumentTypes = List.copyOf(argumentTypes);
  }
}

package io.skein.agent.plugin;

import java.util.List;
import java.util.Set;

/**
 * What can be known of a method without loading the types it names.
 *
 * @param access the access flags of the class file
 * @param name the method's name, {@code <init>} for a constructor
 * @param argumentTypes the declared types, as {@link Class#getTypeName()} writes them
 * @param returnType likewise; {@code void} for none
 * @param annotations the types of its annotations, as {@link Class#getName()} writes them; only in
 *     rules that begin with an annotation, empty in others, which need not read them
 */
public record MethodShape(
    int access,
    String name,
    List<String> argumentTypes,
    String returnType,
    Set<String> annotations) {
  public MethodShape {
    argumentTypes = List.copyOf(argumentTypes);
    annotations = Set.copyOf(annotations);
  }
}

package io.skein.agent.plugin;

/**
 * Collects what a plugin weaves. Start-up time is a feature, so every rule begins with a class name
 * that can be compared without reading the class: an exact name, or a filter on the simple name
 * that comes before any look at the hierarchy.
 */
public interface Weaver {
  /**
   * The class of exactly this name, as {@link Class#getName()} writes it. Classes of the JDK can be
   * woven too.
   */
  TypeWeaver type(String className);

  /**
   * Classes (not interfaces) that extend or implement the named type, directly or not, and whose
   * simple name contains one of the given texts.
   *
   * <p>The filter is required: finding out what a class extends means reading classes the
   * application may not have loaded yet, and without a filter that would be asked of every class of
   * the application.
   *
   * @throws IllegalArgumentException when no filter is given
   */
  SubtypeWeaver subtypesOf(String typeName, String... simpleNameContains);

  /**
   * Methods of the application that carry one of these annotations, in whatever class or interface
   * they are declared. Only declared annotations count, not those of overridden methods.
   *
   * <p>A class that does not name the annotation is passed over after one walk over its constant
   * pool. Classes of the JDK are not looked at.
   */
  TypeWeaver annotatedMethods(String... annotationTypes);

  /** Classes of the application that carry one of these annotations themselves. */
  TypeWeaver annotatedTypes(String... annotationTypes);
}

package io.skein.agent.plugin;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The woven method as its class file describes it: names, and the annotations that the rule was
 * about. Advice asks for it by {@link Advice.Method}.
 *
 * <p>There is one object for each place where advice is linked, which lives as long as the woven
 * class. What advice works out from it once it can leave there, see {@link #derived}.
 */
public final class WovenMethod {
  private final String className;
  private final String name;
  private final List<String> argumentTypes;
  private final String returnType;
  private final List<AnnotationValues> annotations;
  private volatile @Nullable Object derived;

  public WovenMethod(
      String className,
      String name,
      List<String> argumentTypes,
      String returnType,
      List<AnnotationValues> annotations) {
    this.className = className;
    this.name = name;
    this.argumentTypes = List.copyOf(argumentTypes);
    this.returnType = returnType;
    this.annotations = List.copyOf(annotations);
  }

  /** The class that declares it, as {@link Class#getName()} writes it. */
  public String className() {
    return className;
  }

  public String name() {
    return name;
  }

  /** The declared types, as {@link Class#getTypeName()} writes them. */
  public List<String> argumentTypes() {
    return argumentTypes;
  }

  /** Likewise; {@code void} for none. */
  public String returnType() {
    return returnType;
  }

  /** The annotations of the types that the rule named, in the order of the class file. */
  public List<AnnotationValues> annotations() {
    return annotations;
  }

  /** The annotation of this type, or null. */
  public @Nullable AnnotationValues annotation(String type) {
    for (AnnotationValues each : annotations) {
      if (each.type().equals(type)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Returns what was made of this object, and makes it if that has not happened yet. Always to be
   * asked with the same function, which may be called twice when two threads are first.
   */
  @SuppressWarnings("unchecked") // one function only, so one type
  public <T> T derived(Function<WovenMethod, T> make) {
    Object known = derived;
    if (known == null) {
      known = make.apply(this);
      derived = known;
    }
    return (T) known;
  }
}

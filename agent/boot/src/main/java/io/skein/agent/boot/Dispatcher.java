package io.skein.agent.boot;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The only class that woven code names.
 *
 * <p>It is never used under this name: the engine renames it to {@code java.lang.SkeinDispatcher}
 * and defines it into {@code java.base}, because that is the one package every class loader
 * delegates (OSGi's included), every module reads, and that classes of the JDK itself may name.
 * Appending a jar to the boot class path would do as well, but it switches class-data sharing off
 * for the application's classes and costs start-up time.
 *
 * <p>It refers to nothing but {@code java.lang.invoke}. A call site that cannot be linked must not
 * harm the woven method, so both bootstrap methods answer with a site that does nothing instead of
 * throwing.
 */
public final class Dispatcher {
  /**
   * {@code (Lookup, String, MethodType, int, String, MethodHandle) -> CallSite}; null until the
   * engine is ready.
   */
  private static volatile @Nullable MethodHandle linker;

  private Dispatcher() {}

  /**
   * Links a call of advice.
   *
   * @param advice the engine's number of the advice method
   * @param declaredType what the advice may replace, as a class name, or an empty text
   */
  public static CallSite link(
      MethodHandles.Lookup caller, String name, MethodType type, int advice, String declaredType) {
    try {
      MethodHandle linker = Dispatcher.linker;
      if (linker != null) {
        CallSite site =
            (CallSite)
                linker.invokeExact(
                    caller, name, type, advice, declaredType, (@Nullable MethodHandle) null);
        if (site != null) {
          return site;
        }
      }
    } catch (Throwable cannotLink) {
      // The linker has reported it; here there is nobody to tell.
    }
    return new ConstantCallSite(nothing(name, type));
  }

  /**
   * Links a call of the application with advice around it; {@code original} is what the replaced
   * instruction called.
   */
  public static CallSite linkCall(
      MethodHandles.Lookup caller,
      String name,
      MethodType type,
      int advice,
      MethodHandle original) {
    try {
      MethodHandle linker = Dispatcher.linker;
      if (linker != null) {
        CallSite site = (CallSite) linker.invokeExact(caller, name, type, advice, "", original);
        if (site != null) {
          return site;
        }
      }
    } catch (Throwable cannotLink) {
      // As above: the original call is what remains.
    }
    return new ConstantCallSite(original.asType(type));
  }

  /**
   * A site named "replace..." passes its last argument on; any other returns null, zero or nothing.
   */
  private static MethodHandle nothing(String name, MethodType type) {
    if (!name.startsWith("replace")) {
      return MethodHandles.empty(type);
    }
    int last = type.parameterCount() - 1;
    return MethodHandles.dropArguments(
        MethodHandles.identity(type.returnType()), 0, type.parameterList().subList(0, last));
  }
}

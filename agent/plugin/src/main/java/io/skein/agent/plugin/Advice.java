package io.skein.agent.plugin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Annotations for the static methods of an advice class and for their parameters.
 *
 * <p>Advice is called from the woven method, never pasted into it, so it is ordinary Java: break
 * points, helpers, fields and lambdas work, and the application's stack traces show no frame of
 * ours once it has returned. Methods and classes may be package-private. What advice throws is
 * caught, counted and logged by the engine, which switches a plugin off that keeps failing; advice
 * does not guard itself. Calls that were entered before are still exited.
 *
 * <p>In one call of a woven method the order is: {@link Enter}, {@link Replace}, the method, {@link
 * Exit}, {@link ReplaceReturned}. An advice class has at most one of each, {@link Replace} at most
 * one for each argument.
 */
public final class Advice {
  private Advice() {}

  /**
   * Called before the method's body. What it returns, one object or null, is handed to the other
   * advice methods of this call as {@link Entered}; null means there is nothing to end. It may
   * return void.
   *
   * <p>If it leaves the thread in another state than before, it returns a {@link io.skein.api.Span}
   * or a {@link io.skein.core.Scope}: those the engine ends by itself when the exit fails. If it
   * fails itself, it has undone what it did.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  public @interface Enter {}

  /**
   * Called after {@link Enter}; returns what the method sees as this argument instead, or null to
   * leave it.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  public @interface Replace {
    /** The argument's index, counted from 0. It must be of a reference type. */
    int value();
  }

  /** Called once when the method ends, by return or by throwing. Returns void. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  public @interface Exit {}

  /**
   * Called after {@link Exit} when the method returned normally; returns what the caller gets
   * instead, or null to leave it. In place of a primitive it returns the boxed value.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  public @interface ReplaceReturned {}

  /** The object the method was called on; null in a static method. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface This {}

  /**
   * An argument of the method, counted from 0, as the caller passed it (also in {@link Exit},
   * whatever the method did to its parameter). The parameter's type may be any super type of the
   * declared one; a primitive may be taken boxed.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Argument {
    int value();
  }

  /**
   * All arguments of the method as an {@code Object[]}, primitives boxed; only before the method
   * runs. It costs an array for each call, so prefer {@link Argument}.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Arguments {}

  /**
   * What {@link Enter} returned for this call; null when it returned null, failed or does not
   * exist.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Entered {}

  /** What the method returned; null (or zero) when it threw or returns void. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Returned {}

  /**
   * The name of the woven method (or of the called one), so that methods that differ in nothing
   * else can share an advice. A constant of the call: it costs nothing.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface MethodName {}

  /**
   * The woven method, a {@link WovenMethod}, with the annotations the rule is about. A constant of
   * the call. Not in advice around a call inside a method.
   */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Method {}

  /** What the method threw, or null. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Thrown {}
}

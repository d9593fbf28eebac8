package io.skein.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Each call of this method becomes a local span, if an agent is there to make it so.
 *
 * <p>A method that returns a {@code CompletionStage} or another asynchronous result has a span that
 * lasts until the result is complete.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Trace {
  /** The span's name; the method's simple name unless given. */
  String operationName() default "";

  Layer layer() default Layer.UNKNOWN;

  /** A component's number or name in the {@linkplain Component catalogue}. */
  String component() default "";
}

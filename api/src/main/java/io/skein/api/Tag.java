package io.skein.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A tag of the span of a {@link Trace} method; on a method without one, of the span that is active
 * when it is called.
 *
 * <p>The value is an expression: {@code arg[0]} for an argument, {@code returnedObj} for the
 * result, either followed by any number of steps: {@code .field}, {@code .method()}, {@code
 * ['key']} for a map, {@code [2]} for a list or an array. Anything else is a text and stands for
 * itself. Where a step leads nowhere, the value is {@code null} as text.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Tag.List.class)
public @interface Tag {
  String key();

  /** An expression, see above. */
  String value();

  /** Several tags; the compiler writes it. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @interface List {
    Tag[] value();
  }
}

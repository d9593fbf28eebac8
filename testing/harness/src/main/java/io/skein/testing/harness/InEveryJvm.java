package io.skein.testing.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Runs a test class once for each library set, and that in this JVM or, when the system property
 * {@code skein.test.agent} names the packaged agent, in a child JVM of each JDK.
 *
 * <p>The constructor of the class takes the {@link io.skein.testing.TracedJvm}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Inherited
@Tag("every-jvm")
@ParameterizedClass(name = "{0}")
@ArgumentsSource(JvmProvider.class)
public @interface InEveryJvm {
  /**
   * The library sets: directories under {@code target/libs} of the test's module, which Maven
   * filled. None means the JDK alone.
   */
  String[] libraries() default {};

  /** What the user set for plugins, such as {@code plugin.jdbc.trace_sql_parameters=true}. */
  String[] settings() default {};

  /** The classes that the application is made of, if other jars than the test's own hold some. */
  Class<?>[] alsoOnClassPath() default {};
}

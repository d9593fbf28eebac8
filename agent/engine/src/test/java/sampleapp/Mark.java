package sampleapp;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** An annotation of the application, on methods and on classes, with every kind of value. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Mark {
  String name() default "";

  int number() default 0;

  RetentionPolicy constant() default RetentionPolicy.SOURCE;

  Class<?> type() default Object.class;

  long[] numbers() default {};

  Inner[] inner() default {};

  /** An annotation inside. */
  @interface Inner {
    String value();
  }
}

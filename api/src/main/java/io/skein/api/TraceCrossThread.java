package io.skein.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Objects of this class carry the trace they were made in to the thread that runs them, if an agent
 * is there to make it so: a {@code Runnable}, {@code Callable}, {@code Supplier}, {@code Consumer},
 * {@code Function} and their like. The run is a local span, {@code Thread/<class>/<method>}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface TraceCrossThread {}

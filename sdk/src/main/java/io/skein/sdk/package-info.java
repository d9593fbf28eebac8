/**
 * The tracer as an ordinary library, for programs that run without {@code -javaagent}: {@link
 * io.skein.sdk.Skein#start()} puts it behind {@code io.skein.api}.
 */
@NullMarked
package io.skein.sdk;

import org.jspecify.annotations.NullMarked;

/** What the agent defines into {@code java.lang}. */
@NullMarked
package io.skein.agent.boot;

import org.jspecify.annotations.NullMarked;

/** Programs that run with {@code -javaagent:skein-agent.jar} and start nothing themselves. */
@NullMarked
package io.skein.examples.agent;

import org.jspecify.annotations.NullMarked;

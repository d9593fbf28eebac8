/** The one class of the agent that stands on the application's class path. */
@NullMarked
package io.skein.agent.premain;

import org.jspecify.annotations.NullMarked;

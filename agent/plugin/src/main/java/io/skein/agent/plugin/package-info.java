/** All that a plugin author sees: where to weave, and what to call there. */
@NullMarked
package io.skein.agent.plugin;

import org.jspecify.annotations.NullMarked;

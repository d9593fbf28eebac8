/**
 * The weaving engine: what is woven, how call sites are linked, and how an agent starts and ends.
 */
@NullMarked
package io.skein.agent.engine;

import org.jspecify.annotations.NullMarked;

/** Gives the API that applications compile against its meaning under the agent. */
@NullMarked
package io.skein.plugin.skeinapi;

import org.jspecify.annotations.NullMarked;

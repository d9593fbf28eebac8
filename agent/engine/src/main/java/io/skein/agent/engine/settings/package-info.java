/** What a user can set, under every name it goes by, and how it is found. */
@NullMarked
package io.skein.agent.engine.settings;

import org.jspecify.annotations.NullMarked;

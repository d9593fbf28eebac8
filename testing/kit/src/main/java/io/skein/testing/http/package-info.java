/** What every HTTP server must do, and the client that asks it. */
@NullMarked
package io.skein.testing.http;

import org.jspecify.annotations.NullMarked;

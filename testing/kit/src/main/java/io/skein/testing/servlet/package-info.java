/** What every servlet container must do besides, and the servlet that is asked. */
@NullMarked
package io.skein.testing.servlet;

import org.jspecify.annotations.NullMarked;

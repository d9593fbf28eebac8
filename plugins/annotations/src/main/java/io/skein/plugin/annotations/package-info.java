/** Methods and classes that the application has marked to be traced. */
@NullMarked
package io.skein.plugin.annotations;

import org.jspecify.annotations.NullMarked;

/**
 * What applications and plugins say about their work: spans and the words to describe them.
 *
 * <p>There is no implementation here and no dependency. Whatever is behind these types must be
 * total: no method throws, whatever it is given, and nothing here ever changes what the application
 * does.
 */
@NullMarked
package io.skein.api;

import org.jspecify.annotations.NullMarked;

/** Spring MVC: endpoints are called by their patterns. */
@NullMarked
package io.skein.plugin.springmvc;

import org.jspecify.annotations.NullMarked;

/** SkyWalking's toolkit for instrumenting by hand, which people who come from there have in use. */
@NullMarked
package io.skein.plugin.skywalkingtoolkit;

import org.jspecify.annotations.NullMarked;

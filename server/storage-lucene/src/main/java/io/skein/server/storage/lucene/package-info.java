/**
 * The store of one machine: an append-only log that is the truth, and a Lucene index beside it that
 * makes it findable. Start reading at {@link io.skein.server.storage.lucene.LuceneTraceStore}.
 */
@NullMarked
package io.skein.server.storage.lucene;

import org.jspecify.annotations.NullMarked;

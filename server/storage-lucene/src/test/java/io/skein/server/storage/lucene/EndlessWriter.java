package io.skein.server.storage.lucene;

import io.skein.server.storage.Outcome;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that writes numbered segments until it is killed, and says after each batch how far its
 * segments were acknowledged.
 */
final class EndlessWriter {
  private EndlessWriter() {}

  public static void main(String[] args) throws Exception {
    LuceneTraceStore store = LuceneTraceStore.open(StoreFixture.options(Path.of(args[0])));
    long next = Long.parseLong(args[1]);
    while (true) {
      // Some of the last come again, as from an agent that was not answered.
      long from = Math.max(0, next - 20);
      List<Outcome> outcomes = StoreFixture.append(store, StoreFixture.numbered(from, next + 100));
      for (Outcome outcome : outcomes) {
        if (outcome instanceof Outcome.Refused refused) {
          throw new AssertionError(refused.message());
        }
      }
      next += 100;
      System.out.println(next);
      System.out.flush();
    }
  }
}
